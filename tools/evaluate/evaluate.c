#include "evaluate/evaluate.h"

#include "peer/peer.h"

#include <string.h>

static const char *source_text(const struct trust_source *source)
{
    return source->path != NULL ? source->path : "system";
}

static bool names_source(const struct settings *settings, const char *text)
{
    for (size_t i = 0; i < settings->trust_count; i++)
        if (strcmp(source_text(&settings->trust[i]), text) == 0)
            return true;
    return false;
}

static bool has_all_of(const struct settings *settings, const struct settings *other)
{
    for (size_t i = 0; i < other->trust_count; i++)
        if (!names_source(settings, source_text(&other->trust[i])))
            return false;
    return true;
}

/* An anchor stays one where its file is still named; what was refused may be accepted by another store. */
static const char *missing_of_trust(const struct settings *settings, const struct settings *before,
                                    const struct seen *seen)
{
    bool kept = has_all_of(settings, before), added = !has_all_of(before, settings);
    if (!seen->facts.policy_anchors_checked || (kept && !added))
        return NULL;
    if (policy_anchors_accept(&seen->facts)) {
        bool still =
            kept || (seen->anchor_is_policys && seen->anchor_file != NULL && names_source(settings, seen->anchor_file));
        return still ? NULL : "another trust store: which of its anchors the chain leads to is not known";
    }
    return added ? "another trust store: whether the chain leads to one of its anchors is not known" : NULL;
}

/* A stricter check of what passed, and a laxer one of what did not, come to what nobody has seen. */
static const char *missing_of_strictness(const struct settings *settings, const struct settings *before,
                                         const struct facts *facts)
{
    bool accepted = app_anchors_accept(facts) || policy_anchors_accept(facts);
    bool stricter = settings->security_level > before->security_level || (settings->strict && !before->strict);
    bool laxer = settings->security_level < before->security_level || (!settings->strict && before->strict);
    if (facts->authentication != AUTH_CERTIFICATE || facts->app_dane_verified)
        return NULL;
    if (accepted && stricter)
        return "a higher security-level, or strict: whether the chain passes is not known";
    if (!accepted && laxer)
        return "a lower security-level, or no strict: whether the chain passes is not known";
    return NULL;
}

static const char *missing_of_names(const struct settings *settings, const struct settings *before,
                                    const struct facts *facts)
{
    if (facts->name_is_weak && settings->weak_names != before->weak_names)
        return "the name that is expected where weak names count otherwise";
    if (settings->name == NULL && facts->name_source == NAME_FROM_POLICY && before->name != NULL)
        return "the name that the program meant: a rule of then named another";
    return NULL;
}

/* The certificate was compared with another name than this policy expects. */
static const char *expect_name(const char *name, struct seen *seen, struct facts *facts)
{
    struct peer_name expected;
    if (facts->authentication != AUTH_CERTIFICATE || !peer_normalise(name, strlen(name), &expected))
        return NULL;
    const char *compared = seen->destination_count == 1 ? seen->destinations[0].name : NULL;
    facts->name_source = NAME_FROM_POLICY;
    facts->name_is_weak = false;
    if (facts->name_checked && compared != NULL && strcmp(compared, expected.text) == 0)
        return NULL;
    facts->loose_match = LOOSE_NONE;
    facts->name_checked = true;
    facts->name_error = 0;
    return seen_lists_name(seen, expected.text) ? NULL
                                                : "whether the certificate is for the name that the rule expects";
}

enum { DOUBT_CHAIN = 1, DOUBT_NAME = 2, DOUBT_RULE = 4, DOUBT_ALL = 8 };

struct doubts {
    unsigned about;
    const char *why; /* the first of them */
};

static void add_doubt(struct doubts *doubts, unsigned about, const char *why)
{
    if (why == NULL)
        return;
    doubts->about |= about;
    if (doubts->why == NULL)
        doubts->why = why;
}

/* Facts that the policy decides by another name or store than the library did are changed accordingly. */
static struct doubts doubts_of(const struct settings *settings, const struct settings *before, struct seen *seen,
                               struct facts *facts)
{
    struct doubts doubts = {.about = 0};
    if (!seen->has_facts)
        add_doubt(&doubts, DOUBT_ALL, "the facts: an older library did not tell them");
    /* Of a session the library verifies the handshake that makes it under the new policy. */
    if (!seen->has_facts || facts->authentication == AUTH_RESUMPTION)
        return doubts;
    add_doubt(&doubts, DOUBT_CHAIN, missing_of_trust(settings, before, seen));
    add_doubt(&doubts, DOUBT_CHAIN, missing_of_strictness(settings, before, facts));
    add_doubt(&doubts, DOUBT_NAME, missing_of_names(settings, before, facts));
    if (settings->name != NULL)
        add_doubt(&doubts, DOUBT_NAME, expect_name(settings->name, seen, facts));
    return doubts;
}

enum { CHAIN_NOT_TRUSTED = 20, NAME_MISMATCH = 62 }; /* X509_V_ERR_* */

static bool is_blocked_if(const struct settings *settings, struct facts facts, unsigned about, unsigned good)
{
    if ((about & DOUBT_CHAIN) != 0) {
        bool is_good = (good & DOUBT_CHAIN) != 0;
        facts.policy_anchors_checked = true;
        facts.policy_anchors_error = is_good ? 0 : CHAIN_NOT_TRUSTED;
        facts.app_anchors_checked = facts.app_anchors_checked && is_good;
    }
    if ((about & DOUBT_NAME) != 0)
        facts.name_error = (good & DOUBT_NAME) != 0 ? 0 : NAME_MISMATCH;
    /* Of a chain that was not trusted nobody compared the names. */
    if ((about & good & DOUBT_CHAIN) != 0 && !facts.name_checked && facts.name_source != NAME_UNKNOWN) {
        facts.name_checked = true;
        facts.name_error = 0;
    }
    return decide(settings, &facts).action == ACTION_BLOCKED;
}

/* What is not known need not matter: where it comes to the same either way, that is known. */
static bool matters(const struct settings *settings, const struct facts *facts, const struct doubts *doubts)
{
    if ((doubts->about & DOUBT_ALL) != 0)
        return settings->mode == MODE_ENFORCE || (doubts->about & DOUBT_RULE) != 0;
    /* The settings are at least as strict as those that hold. */
    if ((doubts->about & DOUBT_RULE) != 0 && decide(settings, facts).action == ACTION_BLOCKED)
        return true;
    bool at_worst = is_blocked_if(settings, *facts, doubts->about, 0);
    for (unsigned good = 1; good <= (DOUBT_CHAIN | DOUBT_NAME); good++)
        if (is_blocked_if(settings, *facts, doubts->about, good & doubts->about) != at_worst)
            return true;
    return false;
}

struct evaluation evaluate(const struct policy *policy, const struct policy *before, struct seen *seen, time_t now)
{
    const struct process_identity *process = &seen->process;
    const struct destination *destinations = seen->destinations;
    size_t count = seen->destination_count;
    struct settings of_then = policy_settings_of_any(before, process, destinations, count, now);
    struct evaluation evaluation = {.settings = policy_settings_of_any(policy, process, destinations, count, now)};
    struct facts facts = seen->facts;
    struct doubts doubts = doubts_of(&evaluation.settings, &of_then, seen, &facts);
    if (!policy_settings_are_certain(policy, process, destinations, count, now))
        add_doubt(&doubts, DOUBT_RULE, "whether a rule matches: the event does not tell what it asks for");
    evaluation.missing = matters(&evaluation.settings, &facts, &doubts) ? doubts.why : NULL;
    if (seen->has_facts)
        evaluation.verdict = decide(&evaluation.settings, &facts);
    return evaluation;
}
