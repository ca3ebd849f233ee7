/* The command line of `draft`. */
#ifndef TLSWARD_DRAFT_OPTIONS_H
#define TLSWARD_DRAFT_OPTIONS_H

#include "events/reading.h"

struct draft_options {
    const char *policy;  /* a file; NULL: the one that counts here */
    const char *bound;   /* a file, or NULL */
    const char *output;  /* a file; NULL: standard output */
    const char *anchors; /* a directory, or NULL */
    int64_t expires;     /* days since 1970, the last one */
    struct reading reading;
};

/* -1, or the exit status with which everything is said. */
int draft_options_read(struct draft_options *options, int argc, char **argv);

#endif
