/*
 * What `tlsward log` is told on its command line.
 */
#ifndef TLSWARD_LOG_OPTIONS_H
#define TLSWARD_LOG_OPTIONS_H

#include "events/period.h"

#include <stdbool.h>
#include <stddef.h>

struct log_options {
    struct period period;
    bool follow, blocked, as_json;
    const char *program; /* a glob, or NULL */
    const char *id;      /* of one event, or its beginning; NULL: all */
    char **sources;
    size_t source_count;
};

/* False where there is nothing to be done; then *status is the exit status. */
bool log_options_read(int argc, char **argv, struct log_options *options, int *status);

#endif
