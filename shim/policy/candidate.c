#include "policy/candidate.h"

#include "policy/strictness.h"

#include <stdio.h>
#include <string.h>

/* X509_V_ERR_* as x509_vfy.h numbers them in every version. */
enum { X509_EXPIRED = 10, X509_UNABLE_TO_GET_ISSUER_LOCALLY = 20, X509_HOSTNAME_MISMATCH = 62 };

/* Two settings, and what was found for the first. */
struct comparison {
    const struct settings *in_force, *candidate;
    const struct facts *found;
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_trust(const struct comparison *compared)
{
    return !strictness_adds_trust(compared->in_force, compared->candidate) &&
           !strictness_adds_trust(compared->candidate, compared->in_force);
}

/* Chains are verified in another way. */
static bool verifies_otherwise(const struct comparison *compared)
{
    return compared->in_force->strict != compared->candidate->strict ||
           compared->in_force->security_level != compared->candidate->security_level;
}

static bool shows_certificate(const struct comparison *compared)
{
    return compared->found->authentication == AUTH_CERTIFICATE;
}

static bool same_names(const struct comparison *compared)
{
    const struct settings *a = compared->in_force, *b = compared->candidate;
    return same_text(a->name, b->name) && a->weak_names == b->weak_names && a->allow_cn == b->allow_cn &&
           a->names == b->names;
}

/* What a session was made under says the same of both. */
static bool demands_the_same(const struct comparison *compared)
{
    const struct settings *a = compared->in_force, *b = compared->candidate;
    return a->verify == b->verify && a->trust_mode == b->trust_mode && same_trust(compared) && same_names(compared) &&
           !verifies_otherwise(compared) && !strictness_adds_keys(a, b) && !strictness_adds_keys(b, a) &&
           a->allow_expired_day == b->allow_expired_day && settings_deny_keys(a) == settings_deny_keys(b);
}

/*
 * A fact that may not be known for the candidate. Each sets the facts to answer number `answer`, from 0 on; false where
 * there are no more. What is known has no answers.
 */
typedef bool unknown_fact(const struct comparison *compared, unsigned answer, struct facts *facts);

static bool policy_anchors(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    bool known = compared->found->policy_anchors_checked || compared->found->trust_missing;
    if (!shows_certificate(compared) || (known && same_trust(compared) && !verifies_otherwise(compared)))
        return false;
    facts->trust_missing = false;
    facts->policy_anchors_checked = true;
    facts->policy_anchors_error = answer == 0 ? 0 : X509_UNABLE_TO_GET_ISSUER_LOCALLY;
    facts->policy_anchors_expiry_alone = false;
    return answer < 2;
}

static bool app_anchors(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    bool known = compared->found->app_anchors_checked || compared->in_force->trust_mode != TRUST_EXCLUSIVE;
    if (!shows_certificate(compared) || (known && !verifies_otherwise(compared)))
        return false;
    facts->app_anchors_checked = true;
    facts->app_anchors_error = answer == 0 ? 0 : X509_UNABLE_TO_GET_ISSUER_LOCALLY;
    facts->app_anchors_expiry_alone = false;
    return answer < 2;
}

static bool is_known_name(const struct comparison *compared)
{
    const struct settings *in_force = compared->in_force, *candidate = compared->candidate;
    const struct facts *found = compared->found;
    bool loose = found->name_checked && found->name_error != 0;
    bool same_weak = in_force->weak_names == candidate->weak_names;
    return same_text(in_force->name, candidate->name) && (same_weak || !found->name_is_weak) &&
           (same_weak || found->name_source != NAME_UNKNOWN) &&
           (in_force->allow_cn == candidate->allow_cn || !shows_certificate(compared)) &&
           (in_force->names == candidate->names || !loose) &&
           (found->name_checked || found->name_source == NAME_UNKNOWN || !shows_certificate(compared));
}

/* Of a chain that was not accepted nobody compared the names; now it may be. */
static bool is_left_out(const struct comparison *compared, const struct facts *facts)
{
    return shows_certificate(compared) && !compared->found->name_checked &&
           compared->found->name_source != NAME_UNKNOWN && (app_anchors_accept(facts) || policy_anchors_accept(facts));
}

static bool name(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    enum { MATCHES, DIFFERS, NONE, ANSWERS };
    bool known = same_names(compared) ? !is_left_out(compared, facts) : is_known_name(compared);
    if (known || answer >= (same_names(compared) ? NONE : ANSWERS))
        return false;
    facts->name_checked = answer != NONE;
    facts->name_error = answer == DIFFERS ? X509_HOSTNAME_MISMATCH : 0;
    facts->loose_match = LOOSE_NONE;
    if (answer == NONE)
        facts->name_source = NAME_UNKNOWN;
    else if (facts->name_source == NAME_UNKNOWN)
        facts->name_source = NAME_FROM_POLICY;
    return true;
}

static bool public_key(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    bool asked = compared->candidate->pin_count > 0 && compared->found->public_key_pin[0] == '\0';
    bool shown = shows_certificate(compared) || compared->found->authentication == AUTH_RAW_PUBLIC_KEY;
    if (!asked || !shown || answer >= 2)
        return false;
    if (answer == 0)
        snprintf(facts->public_key_pin, sizeof facts->public_key_pin, "%s", compared->candidate->pins[0]);
    return true;
}

static bool chain_keys(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    bool same_chain = compared->in_force->trust_mode == compared->candidate->trust_mode && same_trust(compared);
    bool known = same_chain && (compared->found->chain_pin_count > 0 || compared->found->chain_pins_missing);
    if (!settings_deny_keys(compared->candidate) || settings_deny_keys(compared->in_force) || known || answer >= 2)
        return false;
    facts->chain_pin_count = 1;
    facts->chain_pins_missing = answer == 1;
    snprintf(facts->chain_pins[0], sizeof facts->chain_pins[0], "%s", "none that is denied");
    return true;
}

static bool expiry(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    bool told = compared->found->app_anchors_expiry_alone || compared->found->policy_anchors_expiry_alone;
    bool asked = compared->candidate->allow_expired_day != 0 && !told && !settings_ask_about_expiry(compared->in_force);
    bool expired = facts->app_anchors_error == X509_EXPIRED || facts->policy_anchors_error == X509_EXPIRED;
    if (!asked || !expired || answer >= 2)
        return false;
    facts->app_anchors_expiry_alone = facts->policy_anchors_expiry_alone = answer == 0;
    return true;
}

/* A session is marked for what was demanded when it was made. */
static bool session(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    if (compared->found->authentication != AUTH_RESUMPTION || demands_the_same(compared) || answer >= 3)
        return false;
    facts->session_verified = answer == 0;
    facts->session_passed = answer <= 1;
    return true;
}

static bool enforces(const struct settings *settings, enum trust_mode trust_mode)
{
    return settings->mode == MODE_ENFORCE && settings->trust_mode == trust_mode;
}

/* Under `extend` the program's own verification has an anchor of the policy's. */
static bool rejection(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    bool same = enforces(compared->in_force, TRUST_EXTEND) == enforces(compared->candidate, TRUST_EXTEND) &&
                (same_trust(compared) || !enforces(compared->candidate, TRUST_EXTEND));
    if (!shows_certificate(compared) || !facts->app_demands_chain || same || app_anchors_accept(facts) || answer >= 2)
        return false;
    facts->app_rejected = answer == 1;
    facts->app_error = answer == 1 ? X509_UNABLE_TO_GET_ISSUER_LOCALLY : 0;
    return true;
}

/* Why a program refused is looked at only where that matters. */
static bool refusal(const struct comparison *compared, unsigned answer, struct facts *facts)
{
    bool matters = enforces(compared->candidate, TRUST_EXCLUSIVE) && facts->app_rejected;
    bool known = !matters || enforces(compared->in_force, TRUST_EXCLUSIVE);
    facts->app_may_refuse_name = matters && (known ? compared->found->app_may_refuse_name : answer == 1);
    return answer < (known ? 1 : 2);
}

/* Texts stand in the rows themselves: pointers would cost relocations in every process. */
static const char missing_facts[][88] = {
    "whether the chain leads to the policy's anchors: other trust, security-level or strict",
    "whether the chain leads to the program's anchors: another security-level or strict",
    "whether the certificate is for the name that is expected",
    "the public key",
    "the keys of the chain",
    "whether anything but expiry is wrong with the chain",
    "what the session was verified for",
    "whether the program refuses",
    "why the program refuses",
};

static unknown_fact *const unknown_facts[] = {policy_anchors, app_anchors, name,      public_key, chain_keys,
                                              expiry,         session,     rejection, refusal};
enum { UNKNOWN_FACTS = sizeof unknown_facts / sizeof unknown_facts[0] };
_Static_assert(sizeof missing_facts / sizeof missing_facts[0] == UNKNOWN_FACTS, "each has a text");

/* What all that was tried came to. */
struct answers {
    struct verdict verdict;
    bool some, actions_differ, reasons_differ;
    unsigned asked; /* a bit for each fact that has more than one answer */
};

static void add_answer(struct answers *answers, const struct settings *candidate, const struct facts *facts)
{
    struct verdict verdict = decide(candidate, facts);
    answers->actions_differ |= answers->some && verdict.action != answers->verdict.action;
    answers->reasons_differ |= answers->some && verdict.reason != answers->verdict.reason;
    answers->verdict = verdict;
    answers->some = true;
}

/* Every answer to the facts from number `fact` on, with every other. */
static void try_answers(const struct comparison *compared, size_t fact, const struct facts *facts,
                        struct answers *answers)
{
    unsigned answer = 0;
    if (fact == UNKNOWN_FACTS) {
        add_answer(answers, compared->candidate, facts);
        return;
    }
    for (;; answer++) {
        struct facts trial = *facts;
        if (!unknown_facts[fact](compared, answer, &trial))
            break;
        try_answers(compared, fact + 1, &trial, answers);
    }
    if (answer == 0)
        try_answers(compared, fact + 1, facts, answers);
    if (answer > 1)
        answers->asked |= 1u << fact;
}

struct candidate_verdict candidate_decide(const struct settings *in_force, const struct settings *candidate,
                                          const struct facts *facts)
{
    struct facts found = *facts;
    struct answers answers = {.some = false};
    found.policy_invalid = false;
    const struct comparison compared = {in_force, candidate, &found};
    try_answers(&compared, 0, &found, &answers);
    return (struct candidate_verdict){.verdict = answers.verdict,
                                      .missing =
                                          answers.actions_differ ? missing_facts[__builtin_ctz(answers.asked)] : NULL,
                                      .reason_is_unknown = answers.reasons_differ};
}

static const char *rule_of(const struct settings *settings)
{
    return settings->rule ? settings->rule : "[policy]";
}

struct candidate_difference candidate_compare(const struct settings *in_force, const struct settings *candidate,
                                              const struct facts *facts)
{
    struct candidate_difference difference = {NULL, NULL, NULL};
    struct verdict real = decide(in_force, facts);
    struct candidate_verdict other = candidate_decide(in_force, candidate, facts);
    if (other.missing)
        difference.action = "unknown";
    else if (other.verdict.action != real.action)
        difference.action = action_text(other.verdict.action);
    if (other.reason_is_unknown)
        difference.reason = "unknown";
    else if (other.verdict.reason != real.reason)
        difference.reason = reason_text(other.verdict.reason);
    if (strcmp(rule_of(in_force), rule_of(candidate)) != 0)
        difference.rule = rule_of(candidate);
    return difference;
}
