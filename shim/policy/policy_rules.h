/*
 * The rules of a policy as they were written, for what reads policies rather than follows them. They are there where a
 * policy was loaded for anybody (config_environment.process is NULL); a process keeps only what it matches.
 */
#ifndef TLSWARD_POLICY_RULES_H
#define TLSWARD_POLICY_RULES_H

#include "policy/policy.h"

/* The section [policy], where the number of a rule is asked for. */
#define POLICY_SECTION SIZE_MAX

/* Every string lives as long as the policy, and is NULL where nothing was written. */
struct rule_view {
    const char *name; /* NULL for [policy] */
    const char *file;
    unsigned line; /* of the header */
    bool included; /* it came by `include` */
    const char *owner, *reason, *ticket, *expires;
    int64_t expires_at; /* the first second after its last day; 0: it does not expire */
    const struct settings *settings;
};

size_t policy_rule_count(const struct policy *policy);

struct rule_view policy_rule(const struct policy *policy, size_t rule);

/* Value number `index` of a key that the rule, or POLICY_SECTION, gives itself; NULL where there are no more. */
const char *policy_rule_value(const struct policy *policy, size_t rule, const char *key, size_t index);

/* False for a `user`, or a `group`, of the rule, by its number, whose name this host does not know. */
bool policy_rule_user_is_known(const struct policy *policy, size_t rule, size_t index);
bool policy_rule_group_is_known(const struct policy *policy, size_t rule, size_t index);

/* Room for the names of all keys. */
#define POLICY_KEYS_MAX 512

/* The keys, with commas between, by which the rule accepts what [policy] would not; "" where it does not. */
void policy_rule_weakening(const struct policy *policy, size_t rule, char keys[static POLICY_KEYS_MAX]);

/* Key number `index` that may stand in a rule or in [policy]; NULL where there are no more. */
const char *policy_key_name(bool in_rule, size_t index);

#endif
