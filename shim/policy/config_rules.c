#include "policy/config_error.h"
#include "policy/config_keys.h"
#include "policy/config_parse.h"
#include "policy/policy_rules.h"
#include "policy/strictness.h"

#include <stdio.h>
#include <string.h>

static bool is_given(const struct policy_section *section, const char *key)
{
    return section->given & config_key_bit(config_key_find(key));
}

static bool is_key_given(const struct policy_section *section, const struct config_key *key)
{
    return section->given & config_key_bit(key);
}

static enum trust_mode effective_trust_mode(const struct policy_section *rule, const struct policy_section *base)
{
    return is_given(rule, "trust-mode") ? rule->settings.trust_mode : base->settings.trust_mode;
}

static enum choice effective_unknown_name(const struct policy_section *rule, const struct policy_section *base)
{
    return is_given(rule, "unknown-name") ? rule->settings.unknown_name : base->settings.unknown_name;
}

/* What the rule says of unknown names alone is weighed by itself. */
static bool weak_names_weaken(const struct policy_section *rule, const struct policy_section *base)
{
    enum choice unknown_name = effective_unknown_name(rule, base);
    return strictness_of_weak_names(rule->settings.weak_names, unknown_name) <
           strictness_of_weak_names(base->settings.weak_names, unknown_name);
}

/*
 * Whether every connection that the rule is for goes to a host, or an address, that the rule names: what it accepts
 * there is accepted nowhere else. A domain or a network is none, however small: who else is in it cannot be seen here.
 */
static bool names_its_peers(const struct policy_section *rule)
{
    for (size_t i = 0; i < rule->destination_count; i++)
        if (!destination_is_one_host(&rule->destinations[i]))
            return false;
    return rule->destination_count > 0;
}

/* Where the policy's store can overrule the program, another source accepts what the program rejects. */
static bool trust_weakens(const struct policy_section *rule, const struct policy_section *base)
{
    return strictness_adds_trust(&rule->settings, &base->settings) &&
           (effective_trust_mode(rule, base) != TRUST_SUPPLEMENT || !names_its_peers(rule));
}

/* From the same sources, extend accepts whatever supplement or exclusive accept: only leaving it is no weakening. */
static bool trust_mode_weakens(const struct policy_section *rule, const struct policy_section *base)
{
    enum trust_mode before = base->settings.trust_mode;
    return effective_trust_mode(rule, base) != before && before != TRUST_EXTEND;
}

/* Fewer pins accept fewer keys; others, or none where there were some, accept more. */
static bool pin_weakens(const struct policy_section *rule, const struct policy_section *base)
{
    return strictness_adds_keys(&rule->settings, &base->settings);
}

/* The name is expected in place of the one that was asked for, and accepted of whoever has a certificate for it. */
static bool name_weakens(const struct policy_section *rule)
{
    return rule->settings.name && !names_its_peers(rule);
}

/* Where [policy] does not enforce, a rule that enforces for a part accepts nothing that it would not. */
static bool percent_weakens(const struct policy_section *rule, const struct policy_section *base)
{
    return base->settings.mode == MODE_ENFORCE && rule->settings.enforce_percent < base->settings.enforce_percent;
}

static bool weakens_by_its_own_law(const struct policy_section *rule, const struct policy_section *base,
                                   const struct config_key *key)
{
    switch (key->kind) {
    case KEY_NAME:
        return name_weakens(rule);
    case KEY_PERCENT:
        return is_key_given(rule, key) && percent_weakens(rule, base);
    case KEY_TRUST:
        return trust_weakens(rule, base);
    case KEY_PIN:
        return is_key_given(rule, key) && pin_weakens(rule, base);
    case KEY_DENY_PIN: /* what [policy] denies is denied all the same */
        return false;
    default:
        return trust_mode_weakens(rule, base);
    }
}

static bool weakens(const struct policy_section *rule, const struct policy_section *base, const struct config_key *key)
{
    switch (key->weakens) {
    case NEVER_WEAKENS:
        return false;
    case LOWER_WEAKENS:
        return is_key_given(rule, key) && config_value_number(rule, key) < config_value_number(base, key);
    case HIGHER_WEAKENS:
        return is_key_given(rule, key) && config_value_number(rule, key) > config_value_number(base, key);
    case WEAKENS_WITH_UNKNOWN_NAME:
        return is_key_given(rule, key) && weak_names_weaken(rule, base);
    case WEAKENS_BY_ITS_OWN_LAW:
        return weakens_by_its_own_law(rule, base, key);
    }
    return true;
}

static void append(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? ", " : "", word);
}

void policy_section_weakening(const struct policy_section *rule, const struct policy_section *base, char *keys,
                              size_t size)
{
    *keys = '\0';
    for (size_t i = 0; i < config_key_count; i++)
        if (weakens(rule, base, &config_keys[i]))
            append(keys, size, config_keys[i].name);
}

static uint64_t bit_of(const char *key)
{
    return config_key_bit(config_key_find(key));
}

/* What every rule is checked for, looked up once for all of them. */
struct rule_check {
    const struct policy_section *base;
    struct config_errors *errors;
    uint64_t matchers;    /* any of these keys */
    uint64_t required[3]; /* each of these, where it weakens */
};

static bool check_weakening(const struct rule_check *check, const struct policy_section *rule)
{
    size_t count = sizeof check->required / sizeof check->required[0] - (rule->included ? 1 : 0); /* do not expire */
    uint64_t required = check->required[0] | check->required[1] | (count > 2 ? check->required[2] : 0);
    if ((rule->given & required) == required)
        return true;
    char missing[40] = "";
    char weakening[POLICY_KEYS_MAX] = "";
    for (size_t i = 0; i < count; i++)
        if (!(rule->given & check->required[i]))
            append(missing, sizeof missing, config_keys[__builtin_ctzll(check->required[i])].name);
    if (*missing)
        policy_section_weakening(rule, check->base, weakening, sizeof weakening);
    if (!*weakening)
        return true;
    config_error_add(check->errors, "exception-incomplete", rule->file, rule->line, rule->settings.rule,
                     "the rule weakens [policy] (%s) and must say: %s", weakening, missing);
    return false;
}

/*
 * An exception that is longer than [policy] lets any be ends when the longest would, counted from when its file was
 * written: nothing is taken away at once, and nothing stays for ever.
 */
__attribute__((noinline, cold)) static void limit_exception(const struct rule_check *check, struct policy_section *rule)
{
    enum { SECONDS_OF_A_DAY = 86400 };
    char weakening[POLICY_KEYS_MAX] = "";
    int64_t days = check->base->max_exception_days, day = rule->written_at / SECONDS_OF_A_DAY;
    int64_t last = (day + days + 1) * SECONDS_OF_A_DAY;
    if (rule->written_at == 0 || !rule->expires || rule->expires_at <= last)
        return;
    policy_section_weakening(rule, check->base, weakening, sizeof weakening);
    if (!*weakening)
        return;
    rule->expires_at = last;
    config_error_add(check->errors, "exception-too-long", rule->file, rule->line, rule->expires,
                     "the exception ends later than max-exception = %s allows: it ends that long after its file was "
                     "written",
                     check->base->max_exception);
}

static bool check_matchers(const struct rule_check *check, const struct policy_section *rule)
{
    if (rule->given & check->matchers)
        return true;
    config_error_add(check->errors, "rule-without-matcher", rule->file, rule->line, rule->settings.rule,
                     "the rule matches everything: give it a program, script, unit, user, group or destination");
    return false;
}

bool policy_check_rules(const struct policy *policy, struct config_errors *errors)
{
    const struct rule_check check = {.base = &policy->base,
                                     .errors = errors,
                                     .matchers = bit_of("program") | bit_of("script") | bit_of("unit") |
                                                 bit_of("user") | bit_of("group") | bit_of("destination"),
                                     .required = {bit_of("owner"), bit_of("reason"), bit_of("expires")}};
    bool good = true;
    for (size_t i = 0; i < policy->rule_count; i++) {
        good = check_matchers(&check, &policy->rules[i]) && good;
        good = check_weakening(&check, &policy->rules[i]) && good;
        if (policy->base.max_exception_days > 0)
            limit_exception(&check, &policy->rules[i]);
    }
    return good;
}
