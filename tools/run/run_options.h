/*
 * The command line of `run`, checked and made independent of the working directory.
 */
#ifndef TLSWARD_RUN_OPTIONS_H
#define TLSWARD_RUN_OPTIONS_H

#include <stdbool.h>

struct run_options {
    const char *mode; /* TLSWARD_MODE, or NULL */
    char *trust;      /* TLSWARD_TRUST, or NULL */
    char *policy;     /* TLSWARD_POLICY, or NULL */
    char *log;        /* TLSWARD_LOG, or NULL */
    bool summary;
    bool strict;
    char **command; /* into argv */
};

/* Returns -1 where the command line is understood, else an exit status. */
int run_options_parse(int argc, char **argv, struct run_options *options);

void run_options_free(struct run_options *options);

#endif
