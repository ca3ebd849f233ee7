/* A process that somebody describes on a command line, in place of one that runs. */
#ifndef TLSWARD_NAMED_PROCESS_H
#define TLSWARD_NAMED_PROCESS_H

#include "process/identity.h"

#include <stdbool.h>

struct named_process {
    struct process_identity identity; /* points into the rest */
    char *program;                    /* links resolved where it is installed: it need not be; NULL: none was named */
    const char *given_names[3];       /* ended by NULL */
    const char *script;               /* as it was named, or NULL */
    char *resolved_script;
};

/* Values of getopt_long(3) for what describes a process. */
enum named_process_option { NAMED_PROGRAM = 256, NAMED_USER, NAMED_SCRIPT, NAMED_UNIT, NAMED_GROUP };

/* Entries of an array of struct option; the program is called otherwise everywhere. */
#define NAMED_PROCESS_OPTIONS                                                                                          \
    {"user", required_argument, NULL, NAMED_USER}, {"script", required_argument, NULL, NAMED_SCRIPT},                  \
        {"unit", required_argument, NULL, NAMED_UNIT},                                                                 \
    {                                                                                                                  \
        "group", required_argument, NULL, NAMED_GROUP                                                                  \
    }

/* A process of this command's user, of a program that no pattern matches, in no unit that is known. */
struct named_process named_process_begin(void);

/*
 * Takes one of the options. Of a program it is the path by which it was started, of a unit the name, and of a group
 * one of those that the process has and no others. NULL, or why the value is none, which lives for ever. The value
 * outlives the process.
 */
const char *named_process_set(struct named_process *process, int option, const char *value);

/*
 * To be called when all options were taken: which script counts depends on the program and the user, and a script that
 * begins with "#!" names its interpreter. NULL, or why the script is none.
 */
const char *named_process_end(struct named_process *process);

void named_process_free(struct named_process *process);

#endif
