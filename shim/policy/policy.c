#include "policy/policy.h"

#include "policy/enforce_share.h"
#include "policy/policy_value.h"
#include "policy/rule_find.h"
#include "policy/rule_match.h"
#include "policy/strictness.h"

#include <string.h>

enum { SECONDS_OF_A_DAY = 86400 };

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

/* For whom and where to the settings are asked for. */
struct question {
    const struct rule_set *set;
    const struct process_identity *process;
    const struct destination *destinations;
    size_t count;
    time_t now;
    int share; /* the number of the process in what enforces in part */
    struct rule_candidates candidates;
};

static enum match match(const struct question *question, uint32_t rule)
{
    return rule_match(question->set, rule, question->process, question->destinations, question->count);
}

static bool is_over(const struct question *question, uint32_t rule)
{
    int64_t day = question->set->rules[rule].expires_day;
    return day != 0 && (int64_t)question->now >= day * SECONDS_OF_A_DAY;
}

/* As they hold for the process. */
static struct settings settings_of(const struct question *question, uint32_t number)
{
    const struct rule_set *set = question->set;
    const struct rule *rule = &set->rules[number];
    struct settings settings = set->settings[rule->settings];
    settings.rule = set->text + rule->name;
    settings.name = rule->peer ? set->text + rule->peer : NULL;
    enforce_share_choose(&settings, question->share);
    return settings;
}

static uint32_t candidate(const struct question *question, size_t index)
{
    return question->candidates.all ? (uint32_t)index : question->candidates.rules[index];
}

/* The first rule that matches for certain and has not expired; their count where there is none. */
static uint32_t find_decisive(const struct question *question, const char **expired)
{
    const struct rule_set *set = question->set;
    size_t count = question->candidates.all ? set->count : question->candidates.count;
    for (size_t i = 0; i < count; i++) {
        uint32_t rule = candidate(question, i);
        if (match(question, rule) != MATCH_YES)
            continue;
        if (!is_over(question, rule))
            return rule;
        if (!*expired)
            *expired = set->text + set->rules[rule].name;
    }
    return set->count;
}

static bool tighten(const struct question *question, struct policy_section *held, uint32_t rule)
{
    const struct policy_section section = {.settings = settings_of(question, rule)};
    return strictness_tighten(held, &section);
}

/* Of a group, the last rule before `limit` that is still one; `limit` where there is none. */
static uint32_t last_of_group(const struct question *question, const struct rule_group *group, uint32_t limit)
{
    const uint32_t *members = question->set->members + group->first;
    uint32_t low = 0, high = group->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (members[middle] < limit)
            low = middle + 1;
        else
            high = middle;
    }
    while (low > 0 && is_over(question, members[low - 1]))
        low--;
    return low > 0 ? members[low - 1] : limit;
}

static bool group_tightens(const struct question *question, const struct rule_group *group,
                           const struct policy_section *held)
{
    struct policy_section trial = *held;
    return rule_group_may_be_for(group, &question->candidates, question->destinations, question->count) &&
           rule_match_who(question->set, group->who, question->process) != MATCH_NO &&
           tighten(question, &trial, question->set->members[group->first]);
}

/* The last rule before `limit` that may be one to tighten by; `limit` where there is none. */
static uint32_t next_before(const struct question *question, const struct policy_section *held, uint32_t limit)
{
    const struct rule_candidates *candidates = &question->candidates;
    if (candidates->all)
        return limit > 0 ? limit - 1 : limit;
    uint32_t next = limit;
    for (size_t i = 0; i < candidates->count && candidates->rules[i] < limit; i++)
        next = candidates->rules[i];
    if (!candidates->name_is_unknown && !candidates->address_is_unknown && !question->set->program_is_uncertain)
        return next;
    for (size_t i = 0; i < question->set->group_count; i++) {
        const struct rule_group *group = &question->set->groups[i];
        uint32_t last = group_tightens(question, group, held) ? last_of_group(question, group, limit) : limit;
        if (last != limit && (next == limit || last > next))
            next = last;
    }
    return next;
}

struct settings policy_settings_of_any(const struct policy *policy, const struct process_identity *process,
                                       const struct destination *destinations, size_t count, time_t now)
{
    struct question question = {.set = &policy->set,
                                .process = process,
                                .destinations = destinations,
                                .count = count,
                                .now = now,
                                .share = policy->set.enforces_in_part ? enforce_share_number(process) : SHARE_UNKNOWN};
    struct policy_section held = {.settings = policy->base.settings};
    const char *expired = NULL;
    enforce_share_choose(&held.settings, question.share);
    rule_find(&policy->set, destinations, count, &question.candidates);
    uint32_t rule = find_decisive(&question, &expired);
    if (rule < policy->set.count)
        held.settings = settings_of(&question, rule);
    held.settings.expired_rule = expired;
    /* What comes earlier counts more. */
    for (uint32_t next = next_before(&question, &held, rule); next != rule;
         next = next_before(&question, &held, rule)) {
        rule = next;
        if (!is_over(&question, rule) && match(&question, rule) == MATCH_PERHAPS)
            tighten(&question, &held, rule);
    }
    if ((int64_t)now >= (int64_t)held.settings.allow_expired_day * SECONDS_OF_A_DAY)
        held.settings.allow_expired_day = 0;
    if (policy->base.stderr_file && strcmp(held.settings.log, "stderr") == 0)
        held.settings.log = "stderr-file";
    return held.settings;
}

bool policy_knows_process(const struct policy *policy, const struct process_identity *process,
                          const struct destination *destinations, size_t count, time_t now)
{
    struct question question = {
        .set = &policy->set, .process = process, .destinations = destinations, .count = count, .now = now};
    const char *expired = NULL;
    question.candidates.all = true;
    uint32_t decisive = find_decisive(&question, &expired);
    for (uint32_t rule = 0; rule < decisive; rule++)
        if (!is_over(&question, rule) && match(&question, rule) == MATCH_PERHAPS &&
            rule_match_who(question.set, question.set->rules[rule].who, process) == MATCH_PERHAPS)
            return false;
    return true;
}

struct settings policy_settings(const struct policy *policy, const struct process_identity *process,
                                const struct destination *destination, time_t now)
{
    return policy_settings_of_any(policy, process, destination, 1, now);
}

bool settings_ask_about_expiry(const struct settings *settings)
{
    return settings->allow_expired_day != 0 || settings->mode == MODE_AUDIT;
}

bool settings_demand_proof(const struct settings *settings)
{
    return settings->verify != VERIFY_NONE || settings->pin_count > 0;
}

bool settings_demand_pin_alone(const struct settings *settings)
{
    return settings->verify == VERIFY_NONE && settings->pin_count > 0;
}

bool settings_deny_keys(const struct settings *settings)
{
    return settings->denied && settings->denied->count > 0;
}

bool settings_deny_key(const struct settings *settings, const char *public_key_pin)
{
    for (size_t i = 0; settings->denied && i < settings->denied->count; i++)
        if (strcmp(settings->denied->pins[i], public_key_pin) == 0)
            return true;
    return false;
}

bool settings_pin_key(const struct settings *settings, const char *public_key_pin)
{
    for (size_t i = 0; i < settings->pin_count; i++)
        if (strcmp(settings->pins[i], public_key_pin) == 0)
            return true;
    return false;
}

struct settings policy_general_settings(const struct policy *policy)
{
    return policy->base.settings;
}

bool policy_is_off(const struct policy *policy, const struct process_identity *process, time_t now)
{
    static const struct destination anywhere;
    return policy_settings(policy, process, &anywhere, now).mode == MODE_OFF;
}

bool policy_names_groups(const struct policy *policy)
{
    const struct policy *candidate = policy_candidate(policy);
    return policy->set.names_groups || (candidate && candidate->set.names_groups);
}

const struct policy *policy_candidate(const struct policy *policy)
{
    return policy->candidate;
}

bool policy_is_invalid(const struct policy *policy)
{
    return policy->invalid;
}

bool policy_trust_list(const struct policy *policy, size_t index, const struct trust_source **trust, size_t *count)
{
    if (index > policy->set.settings_count)
        return false;
    const struct settings *settings = index == 0 ? &policy->base.settings : &policy->set.settings[index - 1];
    *trust = settings->trust;
    *count = settings->trust_count;
    return true;
}

bool policy_is_incomplete(const struct policy *policy)
{
    return policy->incomplete;
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
    if (!facts->app_demands_name && !facts->app_reads_names)
        return "host-not-checked";
    if (facts->app_names_other)
        return "other-host-named";
    static const char loose[][24] = {"", "common-name-only", "partial-wildcard"};
    return facts->loose_match != LOOSE_NONE ? loose[facts->loose_match] : NULL;
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
        [REASON_KEY_DENIED] = "key-denied",
        [REASON_SESSION_UNVERIFIED] = "session-not-verified",
        [REASON_PROTOCOL_TOO_OLD] = "protocol-too-old",
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

const char *protocol_text(enum protocol protocol)
{
    static const char text[][8] = {"any", "tls1.0", "tls1.1", "tls1.2", "tls1.3"};
    return text[protocol];
}
