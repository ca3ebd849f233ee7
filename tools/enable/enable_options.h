/* The command lines of enable and disable. */
#ifndef TLSWARD_ENABLE_OPTIONS_H
#define TLSWARD_ENABLE_OPTIONS_H

#include "enable/host_policy.h"

#include <stdbool.h>

struct enable_options {
    const char *program; /* for messages: "tlsward enable" */
    enum wanted_mode mode;
    const char *unit; /* a service alone, or NULL for the whole host */
    const char *root; /* the host's root directory, or NULL for this one's */
    bool now;         /* restart the service; start with the boot guard at once */
    bool runtime;     /* until the next boot */
    bool package;     /* a package's maintainer script asks */
    bool no_guard;    /* name the library itself */
    bool boot;        /* the boot guard asks */
};

/* Returns -1 where there is something to do, else the exit status. */
int enable_options_parse(int argc, char **argv, bool disables, struct enable_options *options);

#endif
