/*
 * Whether a rule is for this process and that destination, as far as both are known.
 */
#ifndef TLSWARD_RULE_MATCH_H
#define TLSWARD_RULE_MATCH_H

#include "policy/policy_value.h"

/* Of a peer that may be any of `destinations`, which are not none: MATCH_PERHAPS where they differ. */
enum match rule_match(const struct policy_section *rule, const struct process_identity *process,
                      const struct destination *destinations, size_t count);

#endif
