#include "event/client_handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void client_handshake_reset(struct client_handshake *handshake)
{
    free(handshake->names);
    free(handshake->candidates);
    size_t kept = offsetof(struct client_handshake, stage);
    memset((char *)handshake + kept, 0, sizeof *handshake - kept);
}

const char *client_handshake_names(const struct client_handshake *handshake, char text[static HANDSHAKE_NAMES_MAX])
{
    size_t count = handshake->each_name ? handshake->name_count : handshake->name_count > 0;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, HANDSHAKE_NAMES_MAX - used, "%s%s", i > 0 ? " " : "",
                                 handshake->names[i].text);
    return text;
}

bool client_handshake_demands_proof(const struct client_handshake *handshake)
{
    return handshake->settings.mode == MODE_ENFORCE && settings_demand_proof(&handshake->settings);
}

bool client_handshake_demands_known_session(const struct client_handshake *handshake)
{
    return client_handshake_demands_proof(handshake) ||
           (handshake->settings.mode == MODE_ENFORCE && settings_deny_keys(&handshake->settings));
}

bool client_handshake_needs_chain_pins(const struct client_handshake *handshake)
{
    return settings_deny_keys(&handshake->settings) || settings_deny_keys(&handshake->candidate);
}

enum choice client_handshake_psk(const struct client_handshake *handshake)
{
    return handshake->settings.pin_count > 0 ? CHOICE_BLOCK : handshake->settings.psk;
}

const char *client_handshake_name_to_send(const struct client_handshake *handshake, bool app_demands_chain)
{
    bool is_known = handshake->name_count == 1 && handshake->names[0].kind == PEER_HOST && !handshake->name_is_weak;
    bool matters = client_handshake_demands_proof(handshake) && handshake->settings.verify != VERIFY_NONE;
    bool app_demands_it = handshake->name_source == NAME_FROM_APP && app_demands_chain;
    return is_known && matters && !app_demands_it ? handshake->names[0].text : NULL;
}

void client_handshake_start_facts(struct client_handshake *handshake, enum authentication authentication)
{
    bool app_demands_name = handshake->facts.app_demands_name;
    bool app_names_other = handshake->facts.app_names_other;
    handshake->facts = (struct facts){
        .authentication = authentication,
        .name_source = handshake->name_source,
        .name_is_weak = handshake->name_is_weak,
        .policy_invalid = handshake->policy != NULL && policy_is_invalid(handshake->policy),
        .internal_error = handshake->out_of_memory,
        .app_demands_name = app_demands_name,
        .app_names_other = app_names_other,
    };
}

void client_handshake_note_name(struct client_handshake *handshake, int error, enum loose_match loose_match)
{
    struct facts *facts = &handshake->facts;
    if (handshake->each_name && error != 0) {
        facts->name_checked = false;
        facts->name_error = 0;
        facts->loose_match = LOOSE_NONE;
        facts->name_source = NAME_UNKNOWN;
        return;
    }
    facts->name_checked = true;
    facts->name_error = error;
    facts->loose_match = loose_match;
}

/* A policy that cannot be read says nothing about the peer. */
bool client_handshake_fails_policy(const struct client_handshake *handshake)
{
    struct facts of_peer = handshake->facts;
    of_peer.policy_invalid = false;
    return decide(&handshake->settings, &of_peer).outcome == OUTCOME_FAILED;
}

void client_handshake_decide(struct client_handshake *handshake)
{
    handshake->verdict = decide(&handshake->settings, &handshake->facts);
}

bool client_handshake_is_blocked(const struct client_handshake *handshake)
{
    return handshake->verdict.action == ACTION_BLOCKED && handshake->verdict.decider == DECIDED_BY_POLICY;
}

enum consequence client_handshake_consequence(const struct client_handshake *handshake)
{
    const struct verdict *verdict = &handshake->verdict;
    if (handshake->settings.mode != MODE_ENFORCE || verdict->decider == DECIDED_BY_PROGRAM)
        return CONSEQUENCE_NONE;
    if (verdict->action == ACTION_BLOCKED)
        return CONSEQUENCE_REFUSE;
    /* A program that asks its TLS library for the result must find what the policy found. */
    bool accepts = handshake->settings.trust_mode != TRUST_SUPPLEMENT &&
                   (verdict->outcome != OUTCOME_FAILED || handshake->facts.app_rejected);
    return accepts ? CONSEQUENCE_ACCEPT : CONSEQUENCE_NONE;
}

void client_handshake_explain(const struct client_handshake *handshake, char *text, size_t size)
{
    char names[HANDSHAKE_NAMES_MAX];
    const char *rule = handshake->settings.rule;
    snprintf(text, size, "tlsward: blocked by %s%s: %s (expected name: %s, from: %s)",
             rule != NULL ? "rule " : "the policy", rule != NULL ? rule : "", reason_text(handshake->verdict.reason),
             handshake->name_count > 0 ? client_handshake_names(handshake, names) : "none",
             name_source_text(handshake->facts.name_source));
}
