/* The command line of `replay`. */
#ifndef TLSWARD_REPLAY_OPTIONS_H
#define TLSWARD_REPLAY_OPTIONS_H

#include "events/reading.h"

#include <time.h>

enum replay_format { REPLAY_TEXT, REPLAY_JSON, REPLAY_JUNIT, REPLAY_GITHUB, REPLAY_FORMATS };

struct replay_options {
    const char *policy;  /* a file */
    const char *against; /* a file, or NULL */
    time_t at;
    enum replay_format format;
    struct reading reading; /* the sources and the period */
};

/* -1, or the exit status with which everything is said. */
int replay_options_read(struct replay_options *options, int argc, char **argv);

#endif
