#include "policy/policy_rules.h"

#include "policy/config_keys.h"
#include "policy/config_parse.h"

static const struct policy_section *section_of(const struct policy *policy, size_t rule)
{
    return rule == POLICY_SECTION ? &policy->base : &policy->rules[rule];
}

size_t policy_rule_count(const struct policy *policy)
{
    return policy->rule_count;
}

struct rule_view policy_rule(const struct policy *policy, size_t rule)
{
    const struct policy_section *section = section_of(policy, rule);
    return (struct rule_view){.name = section->settings.rule,
                              .file = section->file,
                              .line = section->line,
                              .included = section->included,
                              .owner = section->owner,
                              .reason = section->reason,
                              .ticket = section->ticket,
                              .expires = section->expires,
                              .expires_at = section->expires_at,
                              .settings = &section->settings};
}

const char *policy_rule_value(const struct policy *policy, size_t rule, const char *key, size_t index)
{
    const struct policy_section *section = section_of(policy, rule);
    const struct config_key *row = config_key_find(key);
    if (row == NULL || (section->given & config_key_bit(row)) == 0 || index >= config_value_count(section, row))
        return NULL;
    return config_value_text(section, row, index);
}

bool policy_rule_user_is_known(const struct policy *policy, size_t rule, size_t index)
{
    return section_of(policy, rule)->users.items[index].account == ACCOUNT_FOUND;
}

bool policy_rule_group_is_known(const struct policy *policy, size_t rule, size_t index)
{
    return section_of(policy, rule)->groups.items[index].account == ACCOUNT_FOUND;
}

void policy_rule_weakening(const struct policy *policy, size_t rule, char keys[static POLICY_KEYS_MAX])
{
    policy_section_weakening(section_of(policy, rule), &policy->base, keys, POLICY_KEYS_MAX);
}

const char *policy_key_name(bool in_rule, size_t index)
{
    for (size_t i = 0; i < config_key_count; i++)
        if ((config_keys[i].sections & (in_rule ? IN_RULE : IN_POLICY)) != 0 && index-- == 0)
            return config_keys[i].name;
    return NULL;
}
