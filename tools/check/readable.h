/* Who can read what a policy for the whole host consists of: the library reads it with the rights of each process. */
#ifndef TLSWARD_READABLE_H
#define TLSWARD_READABLE_H

#include "policy/config.h"

/*
 * For a policy from the system's directory: an error for each of its files that not every user can read, for the
 * directory of the kill switch, and for each trust source, with what those users get instead. A source that only rules
 * for certain users name has to be read by these alone.
 */
void readable_check_policy(const struct policy *policy, struct config_errors *errors);
void readable_check_trust(const struct policy *policy, const char *source, struct config_errors *errors);

#endif
