#include "policy/strictness.h"

#include "policy/config_keys.h"

#include <string.h>

static bool has_source(const struct settings *settings, const char *path)
{
    for (size_t i = 0; i < settings->trust_count; i++) {
        const char *known = settings->trust[i].path;
        if (known == path || (known && path && strcmp(known, path) == 0))
            return true;
    }
    return false;
}

bool strictness_adds_trust(const struct settings *settings, const struct settings *other)
{
    for (size_t i = 0; i < settings->trust_count; i++)
        if (!has_source(other, settings->trust[i].path))
            return true;
    return false;
}

bool strictness_adds_keys(const struct settings *settings, const struct settings *other)
{
    if (other->pin_count == 0)
        return false;
    for (size_t i = 0; i < settings->pin_count; i++)
        if (!settings_pin_key(other, settings->pins[i]))
            return true;
    return settings->pin_count == 0;
}

bool strictness_denies_more(const struct settings *settings, const struct settings *other)
{
    if (settings->denied == other->denied)
        return false;
    for (size_t i = 0; settings->denied && i < settings->denied->count; i++)
        if (!settings_deny_key(other, settings->denied->pins[i]))
            return true;
    return false;
}

int strictness_of_weak_names(enum choice weak_names, enum choice unknown_name)
{
    if (weak_names == CHOICE_ALLOW)
        return 1;
    return unknown_name == CHOICE_ALLOW ? 0 : 2;
}

void strictness_overrule_nobody(struct settings *settings)
{
    settings->trust_mode = TRUST_SUPPLEMENT;
}

/* Of what accepts no more than the other, the one that differs from it accepts less. */
static bool is_stricter_by_its_own_law(const struct settings *rule, const struct settings *held, enum key_kind kind)
{
    switch (kind) {
    case KEY_TRUST:
        return !strictness_adds_trust(rule, held) && strictness_adds_trust(held, rule);
    case KEY_PIN:
        return !strictness_adds_keys(rule, held) && strictness_adds_keys(held, rule);
    case KEY_DENY_PIN:
        return strictness_denies_more(rule, held);
    case KEY_WORD: /* trust-mode */
        return held->trust_mode == TRUST_EXTEND && rule->trust_mode != TRUST_EXTEND;
    default:
        return false;
    }
}

static bool is_stricter(const struct policy_section *rule, const struct policy_section *held,
                        const struct config_key *key)
{
    switch (key->weakens) {
    case NEVER_WEAKENS:
        return false;
    case LOWER_WEAKENS:
        return config_value_number(rule, key) > config_value_number(held, key);
    case HIGHER_WEAKENS:
        return config_value_number(rule, key) < config_value_number(held, key);
    case WEAKENS_WITH_UNKNOWN_NAME: /* which comes before it in the table, so that it holds already */
        return strictness_of_weak_names(rule->settings.weak_names, held->settings.unknown_name) >
               strictness_of_weak_names(held->settings.weak_names, held->settings.unknown_name);
    case WEAKENS_BY_ITS_OWN_LAW:
        return is_stricter_by_its_own_law(&rule->settings, &held->settings, key->kind);
    }
    return false;
}

/*
 * Only where both enforce somebody may be overruled. Exclusive that was enforced anyway stays: supplement would accept
 * the program's anchors in its place. Where both enforce, a rule's exclusive in the place of extend is no weaker than
 * either: it accepts what the policy's anchors vouch for, which extend does too.
 */
static bool overrules_too_much(const struct settings *held, const struct settings *before, const struct settings *rule)
{
    if (held->mode != MODE_ENFORCE)
        return false;
    if (before->mode != MODE_ENFORCE)
        return held->trust_mode != TRUST_SUPPLEMENT;
    return rule->mode != MODE_ENFORCE && before->trust_mode == TRUST_EXTEND;
}

static void take_over(struct policy_section *held, const struct policy_section *rule, const struct config_key *key)
{
    bool both_deny = key->kind == KEY_DENY_PIN && strictness_denies_more(&held->settings, &rule->settings);
    config_value_inherit(held, rule, key);
    if (both_deny)
        held->settings.denied = rule->settings.denied->anywhere;
}

bool strictness_tighten(struct policy_section *held, const struct policy_section *rule)
{
    bool tightened = false;
    const struct settings before = held->settings;
    const struct config_key *mode = config_key_find("mode");
    for (size_t i = 0; i < config_key_count; i++) {
        if (!is_stricter(rule, held, &config_keys[i]))
            continue;
        take_over(held, rule, &config_keys[i]);
        tightened = true;
        if (&config_keys[i] != mode)
            continue;
        held->settings.enforce_percent = rule->settings.enforce_percent;
        held->settings.enforce_side = rule->settings.enforce_side;
    }
    if (overrules_too_much(&held->settings, &before, &rule->settings)) {
        strictness_overrule_nobody(&held->settings);
        tightened = true;
    }
    if (!tightened)
        return false;
    held->settings.rule = rule->settings.rule;
    held->settings.rule_is_uncertain = true;
    return true;
}
