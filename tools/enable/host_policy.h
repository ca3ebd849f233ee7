/*
 * Which policy every process of this host will follow once it is enabled.
 */
#ifndef TLSWARD_HOST_POLICY_H
#define TLSWARD_HOST_POLICY_H

#include <stdbool.h>

/* --audit, --enforce, or neither: whatever the policy says. */
enum wanted_mode { WANTED_ANY, WANTED_AUDIT, WANTED_ENFORCE };

struct host_policy {
    bool exists;      /* there is a file */
    const char *mode; /* of [policy]; without a file, what is built in */
    char *problem;    /* why it is not as it is wanted, for people: it is a person's, and not overwritten. Or NULL */
};

/* Reads it. problem is to be freed. */
struct host_policy host_policy_look(enum wanted_mode wanted);

/* Where there is none: writes one that says so much. NULL, or what went wrong; the caller frees it. */
char *host_policy_write(enum wanted_mode wanted);

#define HOST_POLICY_FILE "/etc/tlsward/policy.conf"

#endif
