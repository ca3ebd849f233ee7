#include "evaluate/evaluate.h"

#include "peer/peer.h"
#include "policy/candidate.h"

#include <string.h>

static bool names_source(const struct settings *settings, const char *path)
{
    for (size_t i = 0; i < settings->trust_count; i++)
        if (settings->trust[i].path != NULL && strcmp(settings->trust[i].path, path) == 0)
            return true;
    return false;
}

/* An anchor stays one where its file is still named, whatever else is. */
static void know_anchor(const struct settings *settings, const struct seen *seen, struct settings *then)
{
    if (!policy_anchors_accept(&seen->facts) || !seen->anchor_is_policys || seen->anchor_file == NULL ||
        !names_source(settings, seen->anchor_file))
        return;
    then->trust = settings->trust;
    then->trust_count = settings->trust_count;
}

static bool was_expected(const struct seen *seen, const struct peer_name *name)
{
    const char *expected = seen->destination_count == 1 ? seen->destinations[0].name : NULL;
    return expected != NULL && seen->facts.name_checked && strcmp(expected, name->text) == 0;
}

/* The event says which names the certificate has, letter by letter, and what it was compared with. */
static void know_name(const struct settings *settings, struct seen *seen, struct facts *facts, struct settings *then)
{
    struct peer_name name;
    if (settings->name == NULL || !peer_normalise(settings->name, strlen(settings->name), &name))
        return;
    bool listed = seen_lists_name(seen, name.text), expected = was_expected(seen, &name);
    facts->name_source = NAME_FROM_POLICY;
    facts->name_is_weak = false;
    if (!listed && !expected)
        return;
    facts->name_checked = true;
    if (listed)
        facts->name_error = 0;
    then->name = settings->name;
    then->weak_names = settings->weak_names;
}

static struct candidate_verdict ask(const struct settings *settings, struct settings *then, struct seen *seen)
{
    struct facts facts = seen->facts;
    then->mode = seen->mode;
    know_anchor(settings, seen, then);
    know_name(settings, seen, &facts, then);
    if (facts.authentication == AUTH_RESUMPTION) /* the handshake that makes a session is judged for itself */
        return (struct candidate_verdict){.verdict = decide(settings, &facts)};
    return candidate_decide(then, settings, &facts);
}

/*
 * Of settings that an unknown rule tightened, those that hold are at most as strict: only where something is blocked,
 * or may be, every rule is asked whether it might match.
 */
static const char *missing_of(const struct evaluation *evaluation, const struct policy *policy, const struct seen *seen,
                              const struct candidate_verdict *answer, time_t now)
{
    bool matters = answer->missing != NULL || answer->verdict.action == ACTION_BLOCKED;
    if (matters && !policy_knows_process(policy, &seen->process, seen->destinations, seen->destination_count, now))
        return "whether a rule matches: the event does not tell what it asks for";
    return evaluation->settings.mode == MODE_ENFORCE ? answer->missing : NULL;
}

struct evaluation evaluate(const struct policy *policy, const struct policy *before, struct seen *seen, time_t now)
{
    const struct process_identity *process = &seen->process;
    const struct destination *destinations = seen->destinations;
    size_t count = seen->destination_count;
    struct settings then = policy_settings_of_any(before, process, destinations, count, now);
    struct evaluation evaluation = {.settings = policy_settings_of_any(policy, process, destinations, count, now)};
    if (!seen->has_facts) {
        bool matters = evaluation.settings.mode == MODE_ENFORCE ||
                       !policy_knows_process(policy, process, destinations, count, now);
        evaluation.missing = matters ? "the facts: an older library did not tell them" : NULL;
        return evaluation;
    }
    struct candidate_verdict answer = ask(&evaluation.settings, &then, seen);
    evaluation.verdict = answer.verdict;
    evaluation.missing = missing_of(&evaluation, policy, seen, &answer, now);
    return evaluation;
}
