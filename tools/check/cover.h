/* Whether a rule stands before another one that it leaves nothing to. */
#ifndef TLSWARD_COVER_H
#define TLSWARD_COVER_H

#include "policy/policy_rules.h"

/* The matchers of all rules of a policy, looked up once, as every rule is compared with those before it. */
struct cover_rules;

/* Points into the policy. The caller frees it with cover_rules_free(). */
struct cover_rules *cover_rules(const struct policy *policy);
void cover_rules_free(struct cover_rules *rules);

/* True where every connection that `rule` is for is one that `earlier` is for, as long as `rule` holds. */
bool cover_rule(const struct cover_rules *rules, size_t earlier, size_t rule);

/* True where every text that `pattern` matches is one that `wider` matches; globs as in glob_match(). */
bool cover_glob(const char *wider, const char *pattern);

#endif
