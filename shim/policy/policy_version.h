/*
 * A policy with what tells that its files have changed, and with the errors that reading it met.
 */
#ifndef TLSWARD_POLICY_VERSION_H
#define TLSWARD_POLICY_VERSION_H

#include "policy/config.h"
#include "process/start.h"

#include <stdatomic.h>

/* Lives in the arena of its errors. */
struct policy_version {
    struct policy *policy;
    uint64_t fingerprint;
    struct config_errors errors;
    atomic_bool announced; /* whoever sets it tells its errors and reads its trust files; see announcement.h */
};

/* Reads the policy as it is now. NULL for memory shortage. Uses no memory but the kernel's, and no lock. */
struct policy_version *policy_version_read(const struct start *start);

/* What cannot be read now, or may be anybody's, does not replace what was read before. */
bool policy_version_stays(const struct policy_version *previous, const struct policy_version *fresh);

bool policy_version_has_changed(const struct policy_version *version);

/* For one that nobody has seen. */
void policy_version_free(struct policy_version *unused);

#endif
