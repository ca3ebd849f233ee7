#include "policy/policy.h"

/* X509_V_ERR_* as x509_vfy.h numbers them in every version. */
enum {
    X509_UNSPECIFIED = 1, /* what libcrypto makes of a callback that said no without an error */
    X509_UNABLE_TO_GET_ISSUER = 2,
    X509_EXPIRED = 10,
    X509_SELF_SIGNED_LEAF = 18,
    X509_SELF_SIGNED_IN_CHAIN = 19,
    X509_UNABLE_TO_GET_ISSUER_LOCALLY = 20,
    X509_UNABLE_TO_VERIFY_LEAF = 21,
    X509_REVOKED = 23,
    X509_UNTRUSTED = 27,
    X509_REJECTED = 28,
    X509_APPLICATION_VERIFICATION = 50,
    X509_HOSTNAME_MISMATCH = 62,
    X509_EMAIL_MISMATCH = 63,
    X509_IP_ADDRESS_MISMATCH = 64
};

/* What is wrong with a handshake, and whether the settings demand that it be right. */
struct finding {
    enum reason reason;
    int x509_error;
    bool demanded;
};

static const struct finding nothing_wrong = {REASON_NONE, 0, false};

static enum reason reason_for(int x509_error)
{
    switch (x509_error) {
    case X509_HOSTNAME_MISMATCH:
    case X509_IP_ADDRESS_MISMATCH:
        return REASON_HOST_MISMATCH;
    case X509_EXPIRED:
        return REASON_EXPIRED;
    case X509_UNABLE_TO_GET_ISSUER:
    case X509_SELF_SIGNED_LEAF:
    case X509_SELF_SIGNED_IN_CHAIN:
    case X509_UNABLE_TO_GET_ISSUER_LOCALLY:
    case X509_UNABLE_TO_VERIFY_LEAF:
    case X509_UNTRUSTED:
    case X509_REJECTED:
        return REASON_NOT_TRUSTED;
    case X509_REVOKED:
        return REASON_REVOKED;
    default:
        return REASON_VALIDATION_FAILURE;
    }
}

bool app_anchors_accept(const struct facts *facts)
{
    return facts->app_anchors_checked && facts->app_anchors_error == 0;
}

bool policy_anchors_accept(const struct facts *facts)
{
    return facts->policy_anchors_checked && facts->policy_anchors_error == 0;
}

bool settings_accept_app_chain(const struct settings *settings, const struct facts *facts)
{
    bool forgiven = facts->app_anchors_checked && facts->app_anchors_error == X509_EXPIRED &&
                    facts->app_anchors_expiry_alone && settings->allow_expired_day != 0;
    return settings->trust_mode != TRUST_EXCLUSIVE && (app_anchors_accept(facts) || forgiven);
}

bool settings_accept_policy_chain(const struct settings *settings, const struct facts *facts)
{
    bool forgiven = facts->policy_anchors_checked && facts->policy_anchors_error == X509_EXPIRED &&
                    facts->policy_anchors_expiry_alone && settings->allow_expired_day != 0;
    return policy_anchors_accept(facts) || forgiven;
}

static bool is_accepted_chain(const struct settings *settings, const struct facts *facts)
{
    return settings_accept_app_chain(settings, facts) || settings_accept_policy_chain(settings, facts);
}

bool settings_forgive_expiry(const struct settings *settings, const struct facts *facts)
{
    struct settings unforgiving = *settings;
    unforgiving.allow_expired_day = 0;
    return is_accepted_chain(settings, facts) && !is_accepted_chain(&unforgiving, facts);
}

/* Of two failed verifications, the one that found an anchor and then something else says more. */
static int chain_error(const struct settings *settings, const struct facts *facts)
{
    bool app_counts = settings->trust_mode != TRUST_EXCLUSIVE && facts->app_anchors_checked;
    if (!facts->policy_anchors_checked)
        return app_counts ? facts->app_anchors_error : X509_APPLICATION_VERIFICATION;
    if (app_counts && reason_for(facts->policy_anchors_error) == REASON_NOT_TRUSTED)
        return facts->app_anchors_error;
    return facts->policy_anchors_error;
}

static struct finding examine_chain(const struct settings *settings, const struct facts *facts)
{
    bool demanded = settings->verify != VERIFY_NONE;
    if (is_accepted_chain(settings, facts))
        return nothing_wrong;
    if (facts->trust_missing)
        return (struct finding){REASON_TRUST_MISSING, X509_UNABLE_TO_GET_ISSUER_LOCALLY, demanded};
    int error = chain_error(settings, facts);
    return (struct finding){reason_for(error), error, demanded};
}

bool settings_may_accept_loose_match(const struct settings *settings, const struct facts *facts)
{
    return settings->names == NAMES_PROGRAM && facts->loose_match != LOOSE_NONE &&
           facts->name_source != NAME_FROM_POLICY && facts->name_source != NAME_UNKNOWN && !facts->name_is_weak;
}

bool settings_accept_loose_match(const struct settings *settings, const struct facts *facts)
{
    bool demands_name = facts->name_source == NAME_FROM_APP ? facts->app_demands_name : facts->app_reads_names;
    return settings_may_accept_loose_match(settings, facts) && demands_name && facts->app_demands_chain &&
           !facts->app_rejected && app_anchors_accept(facts);
}

static struct finding examine_name(const struct settings *settings, const struct facts *facts)
{
    bool demanded = settings->verify == VERIFY_FULL;
    if (facts->name_checked) {
        if (facts->name_error == 0 || settings_accept_loose_match(settings, facts))
            return nothing_wrong;
        return (struct finding){reason_for(facts->name_error), facts->name_error, demanded};
    }
    if (!demanded)
        return nothing_wrong;
    if (facts->name_source != NAME_UNKNOWN)
        return (struct finding){REASON_INTERNAL_ERROR, X509_APPLICATION_VERIFICATION, demanded};
    return (struct finding){REASON_NAME_UNKNOWN, X509_HOSTNAME_MISMATCH, settings->unknown_name == CHOICE_BLOCK};
}

static struct finding examine_certificate(const struct settings *settings, const struct facts *facts)
{
    struct finding chain = examine_chain(settings, facts);
    return chain.reason != REASON_NONE ? chain : examine_name(settings, facts);
}

static struct finding examine_peer(const struct settings *settings, const struct facts *facts)
{
    bool demanded = settings_demand_proof(settings);
    if (facts->app_dane_verified)
        return nothing_wrong;
    switch (facts->authentication) {
    case AUTH_CERTIFICATE:
        return examine_certificate(settings, facts);
    case AUTH_RESUMPTION:
        if (facts->session_verified)
            return examine_name(settings, facts);
        return (struct finding){REASON_SESSION_UNVERIFIED, X509_APPLICATION_VERIFICATION, demanded};
    case AUTH_PSK:
    case AUTH_SRP:
        if (settings->psk == CHOICE_ALLOW)
            return nothing_wrong;
        return (struct finding){REASON_NO_CERTIFICATE, X509_APPLICATION_VERIFICATION, true};
    case AUTH_RAW_PUBLIC_KEY:
        /* But for the pin, which examine_pin() asks for. One that may not be meant for this peer only tightens. */
        if (settings->pin_count > 0 && !settings->rule_is_uncertain)
            return nothing_wrong;
        break;
    case AUTH_ANONYMOUS:
        break;
    }
    return (struct finding){REASON_NO_CERTIFICATE, X509_APPLICATION_VERIFICATION, settings->verify != VERIFY_NONE};
}

static struct finding examine_pin(const struct settings *settings, const struct facts *facts)
{
    /* A session is marked only where the handshake that made it met the pin. */
    bool resumed = facts->authentication == AUTH_RESUMPTION && facts->session_verified;
    if (settings->pin_count == 0 || resumed || settings_pin_key(settings, facts->public_key_pin))
        return nothing_wrong;
    return (struct finding){REASON_KEY_NOT_PINNED, X509_APPLICATION_VERIFICATION, true};
}

const char *settings_denied_key_of(const struct settings *settings, const struct facts *facts)
{
    if (facts->public_key_pin[0] != '\0' && settings_deny_key(settings, facts->public_key_pin))
        return facts->public_key_pin;
    for (unsigned i = 0; i < facts->chain_pin_count; i++)
        if (settings_deny_key(settings, facts->chain_pins[i]))
            return facts->chain_pins[i];
    return NULL;
}

static bool all_keys_are_known(const struct facts *facts)
{
    if (facts->internal_error)
        return false;
    if (facts->authentication == AUTH_RAW_PUBLIC_KEY)
        return facts->public_key_pin[0] != '\0';
    return facts->chain_pin_count > 0 && !facts->chain_pins_missing;
}

/* What shows no key has none that could be denied; a key that cannot be told may be one. */
static struct finding examine_denied(const struct settings *settings, const struct facts *facts)
{
    if (!settings_deny_keys(settings))
        return nothing_wrong;
    switch (facts->authentication) {
    case AUTH_CERTIFICATE:
    case AUTH_RAW_PUBLIC_KEY:
        if (all_keys_are_known(facts) && settings_denied_key_of(settings, facts) == NULL)
            return nothing_wrong;
        return (struct finding){REASON_KEY_DENIED, X509_APPLICATION_VERIFICATION, true};
    case AUTH_RESUMPTION:
        /* The keys were shown to the handshake that made the session. */
        if (!facts->session_verified && !facts->session_passed)
            return (struct finding){REASON_SESSION_UNVERIFIED, X509_APPLICATION_VERIFICATION, true};
        break;
    case AUTH_PSK:
    case AUTH_SRP:
    case AUTH_ANONYMOUS:
        break;
    }
    return nothing_wrong;
}

static struct finding examine_protocol(const struct settings *settings, const struct facts *facts)
{
    if (facts->protocol >= settings->min_protocol)
        return nothing_wrong;
    return (struct finding){REASON_PROTOCOL_TOO_OLD, X509_APPLICATION_VERIFICATION, true};
}

/* What is refused at every level, a pin and all else beside it. */
static struct finding examine_what_always_counts(const struct settings *settings, const struct facts *facts)
{
    struct finding pin = examine_pin(settings, facts);
    return pin.demanded ? pin : examine_protocol(settings, facts);
}

static struct finding examine_what_is_shown(const struct settings *settings, const struct facts *facts)
{
    if (facts->internal_error)
        return (struct finding){REASON_INTERNAL_ERROR, X509_APPLICATION_VERIFICATION, settings_demand_proof(settings)};
    return examine_peer(settings, facts);
}

static struct finding examine(const struct settings *settings, const struct facts *facts)
{
    if (facts->policy_invalid)
        return (struct finding){REASON_POLICY_INVALID, X509_APPLICATION_VERIFICATION, true};
    if (facts->protocol_refused)
        return (struct finding){REASON_PROTOCOL_TOO_OLD, X509_APPLICATION_VERIFICATION, true};
    struct finding denied = examine_denied(settings, facts);
    struct finding peer = examine_what_is_shown(settings, facts);
    if (peer.demanded && facts->internal_error)
        return peer;
    if (denied.demanded)
        return denied;
    if (peer.demanded)
        return peer;
    struct finding further = examine_what_always_counts(settings, facts);
    return further.demanded || settings_demand_pin_alone(settings) ? further : peer;
}

/*
 * The program said no where its library had found nothing wrong with the chain: because of a name, as far as anybody
 * can tell. There are more ways to read one from a certificate than can be watched.
 */
static bool is_refusal_of_its_own(int app_error)
{
    return app_error == 0 || app_error == X509_UNSPECIFIED || app_error == X509_APPLICATION_VERIFICATION ||
           app_error == X509_HOSTNAME_MISMATCH || app_error == X509_EMAIL_MISMATCH ||
           app_error == X509_IP_ADDRESS_MISMATCH;
}

/* Whether the name lets the policy overrule the program: one that the program demanded must have matched. */
static bool name_permits_override(const struct settings *settings, const struct facts *facts)
{
    if (facts->app_may_refuse_name || is_refusal_of_its_own(facts->app_error))
        return false;
    if (facts->name_checked && facts->name_error == 0)
        return true;
    return !facts->app_demands_name && !examine_name(settings, facts).demanded;
}

/* Audit changes nothing, so only enforcement can turn the program's refusal into an acceptance. */
static bool policy_overrides_program(const struct settings *settings, const struct facts *facts)
{
    return settings->mode == MODE_ENFORCE && settings->trust_mode != TRUST_SUPPLEMENT && !facts->policy_invalid &&
           !facts->internal_error && settings_accept_policy_chain(settings, facts) &&
           name_permits_override(settings, facts);
}

/* Whether the program alone, without the policy, would have refused a forged peer. */
static bool program_would_notice(const struct settings *settings, const struct facts *facts)
{
    if (facts->app_dane_verified)
        return true;
    bool demands = facts->app_demands_chain &&
                   (facts->app_demands_name || facts->app_reads_names || settings->verify == VERIFY_CA);
    switch (facts->authentication) {
    case AUTH_CERTIFICATE:
        return demands && !facts->app_rejected && app_anchors_accept(facts);
    case AUTH_RESUMPTION:
        return demands;
    case AUTH_PSK:
    case AUTH_SRP:
        return true; /* without the shared key no handshake completes */
    case AUTH_RAW_PUBLIC_KEY:
    case AUTH_ANONYMOUS:
        break;
    }
    return false;
}

static enum action action_for(const struct settings *settings, const struct finding *finding)
{
    if (!finding->demanded || settings->mode == MODE_OFF)
        return ACTION_ALLOWED;
    return settings->mode == MODE_ENFORCE ? ACTION_BLOCKED : ACTION_WOULD_BLOCK;
}

struct verdict decide(const struct settings *settings, const struct facts *facts)
{
    if (facts->app_rejected && !policy_overrides_program(settings, facts)) {
        int error = facts->app_error ? facts->app_error : X509_APPLICATION_VERIFICATION;
        return (struct verdict){OUTCOME_FAILED, ACTION_BLOCKED, DECIDED_BY_PROGRAM, reason_for(error), error};
    }
    struct finding finding = examine(settings, facts);
    if (finding.reason != REASON_NONE)
        return (struct verdict){OUTCOME_FAILED, action_for(settings, &finding), DECIDED_BY_POLICY, finding.reason,
                                finding.x509_error};
    enum outcome outcome = program_would_notice(settings, facts) ? OUTCOME_VERIFIED : OUTCOME_VERIFIED_BY_POLICY;
    return (struct verdict){outcome, ACTION_ALLOWED, DECIDED_BY_POLICY, REASON_NONE, 0};
}
