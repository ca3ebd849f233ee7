/*
 * Which of two settings accepts less, key by key. One table says it (config_keys[]), for the check of rules, which asks
 * what weakens, and for rules of which nobody knows whether they match, which may only tighten.
 */
#ifndef TLSWARD_STRICTNESS_H
#define TLSWARD_STRICTNESS_H

#include "policy_value.h"

/* True where `settings` trusts a source that `other` does not. */
bool strictness_adds_trust(const struct settings *settings, const struct settings *other);

/* True where `settings` accepts a key that `other` does not. */
bool strictness_adds_keys(const struct settings *settings, const struct settings *other);

/*
 * Takes over from `rule` every setting that accepts less than the one in `held`, and no other: the expected name
 * never, sources of trust and pins where they are fewer of the same, another trust mode where `extend` is left. The
 * result then names the rule and says that it is uncertain.
 */
void strictness_tighten(struct policy_section *held, const struct policy_section *rule);

#endif
