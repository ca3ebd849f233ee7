/*
 * What does not change while the process lives: what its environment said when it started, which program it is, and
 * whether that is left alone.
 */
#ifndef TLSWARD_START_H
#define TLSWARD_START_H

#include "peer/proxy.h"
#include "policy/config.h"
#include "process/identity.h"
#include "process/environment.h"

struct start {
    const char *const *variables; /* by enum variable; none under AT_SECURE */
    struct config_environment environment;
    bool
        off_requested; /* TLSWARD_OFF=1, or the command, which counts no more than that where it is no file of root's */
    bool denied;
    struct identity_names names;
    struct proxy proxies[PROXY_VARIABLES];
    size_t proxy_count;
};

/* Asked once, when first needed. NULL for memory shortage. The kernel's memory, ids and files alone are used. */
const struct start *start_get(void);

/* The same where it was asked for before, else NULL. Async-signal-safe. */
const struct start *start_known(void);

#endif
