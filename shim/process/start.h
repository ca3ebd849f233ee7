/*
 * What does not change while the process lives: what its environment said when it started, which program it is, and
 * whether that is left alone.
 */
#ifndef TLSWARD_START_H
#define TLSWARD_START_H

#include "process/environment.h"
#include "process/identity.h"

#define SYSTEM_DIRECTORY "/etc/tlsward"

struct start {
    const char *const *variables; /* by enum variable; none under AT_SECURE */
    bool secure;                  /* AT_SECURE */
    bool off_requested; /* TLSWARD_OFF=1, or the command, which counts no more than that where it is no root's file */
    bool denied;
    struct identity_names names;
};

/* Asked once, when first needed. NULL for memory shortage. The kernel's memory, ids and files alone are used. */
const struct start *start_get(void);

/* The same where it was asked for before, else NULL. Async-signal-safe. */
const struct start *start_known(void);

/* The program as it is now: it does not change, its users may. */
struct process_identity process_identity(void);

/* Adds the groups, which few ask for. */
void process_identity_add_groups(struct process_identity *process);

#endif
