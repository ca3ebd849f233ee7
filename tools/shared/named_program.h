/* A program that somebody names on a command line, in place of one that runs. */
#ifndef TLSWARD_NAMED_PROGRAM_H
#define TLSWARD_NAMED_PROGRAM_H

#include "process/identity.h"

#include <stdbool.h>

struct named_program {
    char *path; /* links resolved where it is installed: it need not be */
    const char *given_names[2];
};

/*
 * Makes `process` that program, started by this path; it points into `program`. Which script an interpreter runs is not
 * said: rules for one may tighten. False for what is no absolute path.
 */
bool named_program_set(struct named_program *program, struct process_identity *process, const char *path);

void named_program_free(struct named_program *program);

#endif
