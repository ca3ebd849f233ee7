#include "policy.h"

#include "policy_value.h"

#include <string.h>

static bool program_matches(const struct policy_section *rule, const char *executable)
{
    for (size_t i = 0; executable && i < rule->program_count; i++)
        if (glob_match(rule->programs[i], executable))
            return true;
    return rule->program_count == 0;
}

static bool user_matches(const struct policy_section *rule, uid_t uid)
{
    for (size_t i = 0; i < rule->user_count; i++)
        if (rule->users[i].exists && rule->users[i].uid == uid)
            return true;
    return rule->user_count == 0;
}

static bool process_matches(const struct policy_section *rule, const struct process_identity *process)
{
    return program_matches(rule, process->executable) && user_matches(rule, process->uid);
}

static bool target_matches(const struct policy_section *rule, const struct target *target)
{
    for (size_t i = 0; i < rule->destination_count; i++)
        if (destination_match(&rule->destinations[i], target))
            return true;
    return rule->destination_count == 0;
}

static bool has_expired(const struct policy_section *rule, time_t now)
{
    return rule->expires && (int64_t)now >= rule->expires_at;
}

const char *policy_expired_rule(const struct policy *policy, size_t index, time_t now)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        if (has_expired(&policy->rules[i], now) && index-- == 0)
            return policy->rules[i].settings.rule;
    return NULL;
}

struct settings policy_settings(const struct policy *policy, const struct process_identity *process,
                                const struct destination *destination, time_t now)
{
    struct settings settings = policy->base.settings;
    const char *expired_rule = NULL;
    struct target target = target_of(destination);
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_section *rule = &policy->rules[i];
        if (!process_matches(rule, process) || !target_matches(rule, &target))
            continue;
        if (!has_expired(rule, now)) {
            settings = rule->settings;
            break;
        }
        if (!expired_rule)
            expired_rule = rule->settings.rule;
    }
    settings.expired_rule = expired_rule;
    return settings;
}

bool settings_demand_proof(const struct settings *settings)
{
    return settings->verify != VERIFY_NONE || settings->pin_count > 0;
}

bool settings_demand_pin_alone(const struct settings *settings)
{
    return settings->verify == VERIFY_NONE && settings->pin_count > 0;
}

bool settings_pin_key(const struct settings *settings, const char *public_key_pin)
{
    for (size_t i = 0; i < settings->pin_count; i++)
        if (strcmp(settings->pins[i], public_key_pin) == 0)
            return true;
    return false;
}

bool policy_is_off(const struct policy *policy, const struct process_identity *process, time_t now)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_section *rule = &policy->rules[i];
        if (!process_matches(rule, process) || has_expired(rule, now))
            continue;
        if (rule->settings.mode != MODE_OFF)
            return false;
        if (rule->destination_count == 0)
            return true;
    }
    return policy->base.settings.mode == MODE_OFF;
}

bool policy_is_invalid(const struct policy *policy)
{
    return policy->invalid;
}

bool policy_trust_list(const struct policy *policy, size_t index, const struct trust_source **trust, size_t *count)
{
    if (index > policy->rule_count)
        return false;
    const struct settings *settings = index == 0 ? &policy->base.settings : &policy->rules[index - 1].settings;
    *trust = settings->trust;
    *count = settings->trust_count;
    return true;
}

bool policy_is_unreachable(const struct policy *policy)
{
    return policy->unreachable;
}

bool policy_allows_kill_switch(const struct policy *policy)
{
    return !policy->from_system || policy->base.kill_switch_environment == CHOICE_ALLOW;
}

bool policy_believes_environment(const struct policy *policy)
{
    return !policy->from_system || policy->base.environment == CHOICE_ALLOW;
}

const struct proxy *policy_proxies(const struct policy *policy, size_t *count)
{
    *count = policy->base.proxy_count;
    return policy->base.proxies;
}

bool policy_strips_deepbind(const struct policy *policy)
{
    return policy->base.deepbind == DEEPBIND_STRIP;
}

const char *name_source_text(enum name_source source)
{
    static const char text[][32] = {"policy", "app", "sni", "bio", "session", "resolver", "address", "unknown"};
    return text[source];
}

const char *authentication_text(enum authentication authentication)
{
    static const char text[][32] = {"certificate", "resumption", "psk", "srp", "raw-public-key", "anonymous"};
    return text[authentication];
}

const char *finding_text(const struct facts *facts)
{
    if (facts->authentication != AUTH_CERTIFICATE || facts->app_dane_verified || facts->app_rejected)
        return NULL;
    if (!facts->app_demands_chain)
        return "chain-not-verified";
    if (facts->app_anchors_checked && facts->app_anchors_error != 0)
        return "failure-forgiven";
    if (!facts->app_demands_name)
        return "host-not-checked";
    return facts->app_names_other ? "other-host-named" : NULL;
}

const char *outcome_text(enum outcome outcome)
{
    static const char text[][32] = {"verified", "verified-by-policy", "failed"};
    return text[outcome];
}

const char *action_text(enum action action)
{
    static const char text[][32] = {"allowed", "would-block", "blocked"};
    return text[action];
}

const char *reason_text(enum reason reason)
{
    static const char text[][32] = {
        [REASON_NONE] = "none",
        [REASON_HOST_MISMATCH] = "certificate-host-mismatch",
        [REASON_EXPIRED] = "certificate-expired",
        [REASON_NOT_TRUSTED] = "certificate-not-trusted",
        [REASON_VALIDATION_FAILURE] = "validation-failure",
        [REASON_REVOKED] = "certificate-revoked",
        [REASON_NAME_UNKNOWN] = "name-unknown",
        [REASON_NO_CERTIFICATE] = "no-certificate",
        [REASON_KEY_NOT_PINNED] = "public-key-not-pinned",
        [REASON_SESSION_UNVERIFIED] = "session-not-verified",
        [REASON_TRUST_MISSING] = "trust-store-missing",
        [REASON_POLICY_INVALID] = "policy-invalid",
        [REASON_INTERNAL_ERROR] = "internal-error",
    };
    return text[reason];
}

const char *mode_text(enum policy_mode mode)
{
    static const char text[][32] = {"off", "audit", "enforce"};
    return text[mode];
}

const char *verify_level_text(enum verify_level level)
{
    static const char text[][32] = {"none", "ca", "full"};
    return text[level];
}
