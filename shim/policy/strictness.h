/*
 * Which of two settings accepts less, key by key. One table says it (config_keys[]), for the check of rules, which asks
 * what weakens, and for rules of which nobody knows whether they match, which may only tighten.
 */
#ifndef TLSWARD_STRICTNESS_H
#define TLSWARD_STRICTNESS_H

#include "policy/policy_value.h"

/* True where `settings` trusts a source that `other` does not. */
bool strictness_adds_trust(const struct settings *settings, const struct settings *other);

/* True where `settings` accepts a key that `other` does not. */
bool strictness_adds_keys(const struct settings *settings, const struct settings *other);

/* True where `settings` denies a key that `other` does not. */
bool strictness_denies_more(const struct settings *settings, const struct settings *other);

/*
 * How little is accepted of a peer whose name is weak, as a number to compare. A refused name is an unknown one: where
 * that is allowed, to refuse it accepts the most.
 */
int strictness_of_weak_names(enum choice weak_names, enum choice unknown_name);

/*
 * Under enforce, extend and exclusive accept what the program rejects. Who may only tighten has none of that: settings
 * that became enforce through him are held to both the program's verdict and the policy's.
 */
void strictness_overrule_nobody(struct settings *settings);

/*
 * Takes over from `rule` every setting that accepts less than the one in `held`, and no other: the expected name
 * never, sources of trust and pins where they are fewer of the same, another trust mode where `extend` is left, or
 * `supplement` where not both enforce, and with the mode the percentage that it holds for. Denied keys are added; where
 * each of the two denies what the other does not, all keys are denied that the policy denies anywhere. The result then
 * names the rule and says that it is uncertain. False where there is nothing to take over.
 */
bool strictness_tighten(struct policy_section *held, const struct policy_section *rule);

#endif
