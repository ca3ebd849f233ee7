/*
 * What there is to tell about a policy when it comes into force.
 */
#ifndef TLSWARD_ANNOUNCEMENT_H
#define TLSWARD_ANNOUNCEMENT_H

#include "policy/in_force.h"

/*
 * The policy in force (policy_in_force()), of which its errors have been told and whose trust files have been read.
 * Allocates, and opens sockets: nothing for the hook of dlopen.
 */
const struct policy *policy_announced(void);

/* Whether it may enforce anything in this process, for where no more is known of a handshake. */
bool policy_may_enforce(void);

#endif
