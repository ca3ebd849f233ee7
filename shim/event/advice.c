#include "event/advice.h"

#include "process/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Numbers of X509_STORE_CTX_get_error(3). */
enum {
    NO_ISSUER = 2,
    NOT_YET_VALID = 9,
    EXPIRED = 10,
    SELF_SIGNED_LEAF = 18,
    SELF_SIGNED_IN_CHAIN = 19,
    NO_ISSUER_HERE = 20,
    UNVERIFIED_LEAF = 21,
    WRONG_PURPOSE = 26,
    HOST_MISMATCH = 62,
    ADDRESS_MISMATCH = 64,
    WEAK_LEAF_KEY = 66,
    WEAK_CA_KEY = 67,
    WEAK_CA_DIGEST = 68
};

struct list {
    enum advice_kind *items;
    size_t count;
};

static void add(struct list *list, enum advice_kind kind)
{
    if (list->count < ADVICE_LIST_MAX)
        list->items[list->count++] = kind;
}

static bool is_allowed(const struct advice_matter *matter)
{
    return matter->settings->mode == MODE_OFF || matter->verdict->action == ACTION_ALLOWED;
}

static bool is_name_error(int error)
{
    return error == HOST_MISMATCH || error == ADDRESS_MISMATCH;
}

/* What the program itself rejected has no other errors than its own. */
int advice_chain_error(const struct advice_matter *matter)
{
    const struct facts *facts = matter->facts;
    if (settings_demand_pin_alone(matter->settings))
        return 0;
    if (settings_forgive_expiry(matter->settings, facts))
        return 0;
    if (facts->policy_anchors_checked)
        return facts->policy_anchors_error;
    if (facts->app_anchors_checked)
        return facts->app_anchors_error;
    return facts->app_rejected && !is_name_error(facts->app_error) ? facts->app_error : 0;
}

bool advice_is_about_name(const struct advice_matter *matter)
{
    const struct facts *facts = matter->facts;
    bool by_program = facts->app_rejected && is_name_error(facts->app_error);
    return !settings_demand_pin_alone(matter->settings) && matter->settings->verify == VERIFY_FULL &&
           (facts->name_error != 0 || by_program);
}

bool advice_is_about_protocol(const struct advice_matter *matter)
{
    return matter->facts->protocol_refused || matter->facts->protocol < matter->settings->min_protocol;
}

bool advice_lacks_anchor(const struct advice_matter *matter)
{
    switch (advice_chain_error(matter)) {
    case NO_ISSUER:
    case NO_ISSUER_HERE:
    case UNVERIFIED_LEAF:
    case SELF_SIGNED_LEAF:
    case SELF_SIGNED_IN_CHAIN:
        return true;
    default:
        return false;
    }
}

const char *advice_unreadable_trust(const struct settings *settings)
{
    for (size_t i = 0; i < settings->trust_count; i++) {
        const char *path = settings->trust[i].path;
        if (path != NULL && kernel_access(path, R_OK) != 0 && errno == EACCES)
            return path;
    }
    return NULL;
}

static void list_chain(struct list *list, const struct advice_matter *matter)
{
    switch (advice_chain_error(matter)) {
    case 0:
        break;
    case NO_ISSUER:
    case NO_ISSUER_HERE:
    case UNVERIFIED_LEAF:
        if (matter->chain_length <= 1)
            add(list, ADVICE_SEND_CHAIN);
        add(list, ADVICE_TRUST_ISSUER);
        break;
    case SELF_SIGNED_LEAF:
        add(list, ADVICE_TRUST_LEAF);
        break;
    case SELF_SIGNED_IN_CHAIN:
        add(list, ADVICE_TRUST_ROOT);
        break;
    case EXPIRED:
    case NOT_YET_VALID:
        if (matter->server_time != NULL)
            add(list, ADVICE_COMPARE_CLOCKS);
        add(list, advice_chain_error(matter) == EXPIRED ? ADVICE_RENEW_EXPIRED : ADVICE_SET_CLOCKS);
        break;
    case WEAK_LEAF_KEY:
    case WEAK_CA_KEY:
    case WEAK_CA_DIGEST:
        add(list, ADVICE_STRENGTHEN);
        break;
    case WRONG_PURPOSE:
        add(list, ADVICE_CHANGE_PURPOSE);
        break;
    default:
        add(list, ADVICE_MEND_CHAIN);
    }
}

static bool has_usable_name(const struct advice_matter *matter)
{
    return matter->usable_names != NULL && matter->usable_names[0] != '\0';
}

static void list_name(struct list *list, const struct advice_matter *matter)
{
    enum loose_match match = matter->facts->loose_match;
    if (match == LOOSE_PARTIAL_WILDCARD)
        add(list, ADVICE_REISSUE_WITHOUT_PART);
    else
        add(list, has_usable_name(matter) ? ADVICE_USE_OTHER_NAME : ADVICE_REISSUE_WITH_NAME);
    if (match != LOOSE_NONE)
        add(list, ADVICE_LET_PROGRAM_DECIDE);
}

static bool is_pinned(const struct advice_matter *matter)
{
    return matter->settings->pin_count == 0 || settings_pin_key(matter->settings, matter->facts->public_key_pin);
}

static void list_certificate(struct list *list, const struct advice_matter *matter)
{
    bool pin_alone = settings_demand_pin_alone(matter->settings);
    bool lacks_trust = matter->facts->trust_missing;
    if ((advice_chain_error(matter) != 0 || lacks_trust) && advice_unreadable_trust(matter->settings) != NULL) {
        add(list, ADVICE_MAKE_TRUST_READABLE);
        return;
    }
    if (!pin_alone && lacks_trust)
        add(list, ADVICE_FILL_STORE);
    list_chain(list, matter);
    if (advice_is_about_name(matter))
        list_name(list, matter);
    if (!is_pinned(matter))
        add(list, ADVICE_PIN_KEY);
}

/* What only the handshakes of programs come to. */
static void list_handshake(struct list *list, const struct advice_matter *matter)
{
    switch (matter->verdict->reason) {
    case REASON_SESSION_UNVERIFIED:
        add(list, ADVICE_DROP_SESSION);
        break;
    case REASON_INTERNAL_ERROR:
        add(list, ADVICE_JUDGE_AGAIN);
        break;
    case REASON_NAME_UNKNOWN:
        add(list, ADVICE_TELL_NAME);
        break;
    default:
        break;
    }
}

static bool has_certificate(const struct advice_matter *matter)
{
    return matter->facts->authentication == AUTH_CERTIFICATE;
}

/* What is refused for itself, whatever there is to be said of the certificate. */
static bool list_at_every_level(struct list *list, const struct advice_matter *matter)
{
    if (matter->verdict->reason == REASON_KEY_DENIED)
        add(list, ADVICE_REPLACE_KEY);
    else if (matter->verdict->reason == REASON_PROTOCOL_TOO_OLD)
        add(list, ADVICE_RENEW_PROTOCOL);
    else
        return false;
    return true;
}

static void list_refused(struct list *list, const struct advice_matter *matter)
{
    size_t before = list->count;
    if (list_at_every_level(list, matter))
        return;
    if (matter->of_program)
        list_handshake(list, matter);
    if (has_certificate(matter))
        list_certificate(list, matter);
    else if (matter->facts->authentication != AUTH_RESUMPTION)
        add(list, ADVICE_GET_CERTIFICATE);
    if (list->count == before && matter->of_program)
        add(list, has_certificate(matter) ? ADVICE_MEND_CHAIN : ADVICE_DROP_SESSION);
    if (advice_is_about_protocol(matter))
        add(list, ADVICE_RENEW_PROTOCOL);
}

size_t advice_list(const struct advice_matter *matter, enum advice_kind items[static ADVICE_LIST_MAX])
{
    struct list list = {.items = items};
    if (matter->facts->policy_invalid || matter->policy_incomplete) {
        add(&list, matter->facts->policy_invalid ? ADVICE_REPAIR_POLICY : ADVICE_MAKE_POLICY_READABLE);
        return list.count;
    }
    if (matter->settings->expired_rule != NULL)
        add(&list, ADVICE_RENEW_RULE);
    if (!is_allowed(matter))
        list_refused(&list, matter);
    if (has_certificate(matter) && matter->leaf_end_known && matter->leaf_days_left >= 0 &&
        matter->leaf_days_left < ADVICE_SOON_DAYS)
        add(&list, ADVICE_RENEW_SOON);
    return list.count;
}

#define WRITE(...) snprintf(text, ADVICE_TEXT_MAX, __VA_ARGS__)

static const char *known(const char *text, const char *otherwise)
{
    return text != NULL && text[0] != '\0' ? text : otherwise;
}

/* How a certificate names what was expected (RFC 5280, section 4.2.1.6). */
static const char *kind_of_name(const struct advice_matter *matter)
{
    return matter->expected != NULL && matter->expected->kind == PEER_ADDRESS ? "IP" : "DNS";
}

static const char *expected_text(const struct advice_matter *matter)
{
    return matter->expected != NULL ? matter->expected->text : "";
}

static void print_about_policy(enum advice_kind kind, const struct advice_matter *matter,
                               char text[static ADVICE_TEXT_MAX])
{
    if (kind == ADVICE_REPAIR_POLICY)
        WRITE("repair the policy: 'tlsward check' says what is wrong with it");
    else if (kind == ADVICE_MAKE_POLICY_READABLE)
        WRITE("this user cannot read the whole policy, and neither can his programs: make it readable; 'tlsward check' "
              "says which file");
    else
        WRITE("rule \"%s\" would match, but has expired: renew it or remove it", matter->settings->expired_rule);
}

static void print_get_certificate(const struct advice_matter *matter, char text[static ADVICE_TEXT_MAX])
{
    enum authentication authentication = matter->facts->authentication;
    if (authentication == AUTH_RAW_PUBLIC_KEY)
        WRITE("the server shows a key without a certificate: if it is the one you mean, pin it by a rule");
    else if (authentication == AUTH_PSK || authentication == AUTH_SRP)
        WRITE(
            "the server shows no certificate, only that it knows a secret: where that is meant, psk = allow in a rule "
            "lets it pass, unless there is a pin");
    else if (matter->of_program)
        WRITE("the server was asked for no certificate: let the program offer suites that have one");
    else
        WRITE("the server offers no suite with a certificate: give it one");
}

static void print_about_handshake(enum advice_kind kind, const struct advice_matter *matter,
                                  char text[static ADVICE_TEXT_MAX])
{
    if (kind == ADVICE_GET_CERTIFICATE)
        print_get_certificate(matter, text);
    else if (kind == ADVICE_DROP_SESSION)
        WRITE("a session was resumed that was not verified for this peer: let the program begin without it");
    else if (kind == ADVICE_JUDGE_AGAIN)
        WRITE("this could not be judged, for want of memory or of an algorithm: look at the process and connect again");
    else
        WRITE("nobody knows for which name this connection is: a rule with name = tells it");
}

static void print_about_store(enum advice_kind kind, const struct advice_matter *matter,
                              char text[static ADVICE_TEXT_MAX])
{
    if (kind == ADVICE_FILL_STORE) {
        WRITE("the policy's trust store holds no certificate: install ca-certificates, or name the CA ('tlsward check' "
              "says more)");
        return;
    }
    const char *path = advice_unreadable_trust(matter->settings);
    WRITE("this user cannot read %s, which the policy trusts, and neither can his programs: make it readable",
          known(path, "a file"));
}

static void print_about_issuer(enum advice_kind kind, const struct advice_matter *matter,
                               char text[static ADVICE_TEXT_MAX])
{
    const char *url = known(matter->last_issuer_url, "");
    const char *issuer = known(matter->last_issuer, "its issuer");
    if (kind == ADVICE_SEND_CHAIN)
        WRITE("if \"%s\" is an intermediate that the server does not send, configure the server to send the whole "
              "chain%s%s",
              issuer, url[0] != '\0' ? "; the intermediate is at " : "", url);
    else if (kind == ADVICE_TRUST_ISSUER)
        WRITE("if \"%s\" is a CA that you mean to trust, get its certificate and trust it by a rule", issuer);
    else if (kind == ADVICE_TRUST_LEAF)
        WRITE("the certificate is self-signed: if this is the server you mean (compare SHA-256 %s on the server "
              "itself), trust it by a rule; its name is checked all the same",
              known(matter->leaf_sha256, "of it"));
    else
        WRITE(
            "the chain ends at \"%s\", which the policy does not trust: if it is a CA that you mean to trust, get its "
            "certificate and trust it by a rule",
            known(matter->last_subject, "a root"));
}

static void print_about_validity(enum advice_kind kind, const struct advice_matter *matter,
                                 char text[static ADVICE_TEXT_MAX])
{
    const char *end = known(matter->faulty_end, "?");
    if (kind == ADVICE_RENEW_SOON)
        WRITE("the certificate ends in %ld days: renew it", matter->leaf_days_left);
    else if (kind == ADVICE_COMPARE_CLOCKS)
        WRITE("by the server's clock (%s) the chain is valid, by this host's (%s) it is not: look at this host's clock "
              "first; that the server's is right is a hint and no proof",
              matter->server_time, known(matter->host_time, "?"));
    else if (kind == ADVICE_SET_CLOCKS)
        WRITE("the certificate is not valid yet: look at the clocks of this host and of the CA");
    else if (matter->fault_depth == 0)
        WRITE("the server's certificate ended %s: renew it", end);
    else
        WRITE("\"%s\", sent or trusted as its CA, ended %s: replace it on the server or in the trust store",
              known(matter->faulty_subject, "a certificate"), end);
}

static void print_about_chain(enum advice_kind kind, const struct advice_matter *matter,
                              char text[static ADVICE_TEXT_MAX])
{
    if (kind == ADVICE_STRENGTHEN)
        WRITE("a key or signature of the chain is weaker than security level %d allows: let it be reissued with RSA "
              "2048 or P-256 and SHA-256",
              matter->settings->security_level);
    else if (kind == ADVICE_CHANGE_PURPOSE)
        WRITE(
            "the certificate is not meant for TLS servers: let it be reissued with the extended key usage serverAuth");
    else
        WRITE("the chain is not valid: %s", known(matter->error_text, "OpenSSL does not say why"));
}

static void print_reissue(const struct advice_matter *matter, char text[static ADVICE_TEXT_MAX])
{
    if (matter->common_name_fits && !matter->has_alternative_names)
        WRITE("the certificate has no subject alternative name, only the common name: let it be reissued with %s:%s; "
              "until then a rule can let the common name count",
              kind_of_name(matter), expected_text(matter));
    else
        WRITE("the certificate carries no name that can be checked here: let it be reissued with %s:%s; until then a "
              "rule can check the chain alone",
              kind_of_name(matter), expected_text(matter));
}

static void print_about_name(enum advice_kind kind, const struct advice_matter *matter,
                             char text[static ADVICE_TEXT_MAX])
{
    bool is_strict = matter->settings->names == NAMES_STRICT;
    if (kind == ADVICE_USE_OTHER_NAME)
        WRITE("the certificate names %s: connect by such a name, or expect it of this server by a rule",
              matter->usable_names);
    else if (kind == ADVICE_REISSUE_WITH_NAME)
        print_reissue(matter, text);
    else if (kind == ADVICE_REISSUE_WITHOUT_PART)
        WRITE(
            "a wildcard for a part of a label fits, which does not count: let the certificate be reissued with DNS:%s",
            expected_text(matter));
    else if (kind == ADVICE_LET_PROGRAM_DECIDE)
        WRITE("a program that demands chain and name by itself %s",
              is_strict ? "would get through with names = program"
                        : "gets through all the same, unless the policy says names = strict");
    else
        WRITE(
            "the server's key is not pinned: if it is the one you mean (compare it on the server itself), pin it by a "
            "rule");
}

static void print_replace_key(const struct advice_matter *matter, char text[static ADVICE_TEXT_MAX])
{
    const char *key = settings_denied_key_of(matter->settings, matter->facts);
    if (key != NULL)
        WRITE(
            "the chain has the key %s, which deny-pin names: give the server a certificate of another key and another "
            "CA",
            key);
    else
        WRITE("there is a deny-pin, and not all keys of the chain can be told: let the server send its chain, of at "
              "most %d certificates, and no more",
              FACTS_CHAIN_PINS);
}

static void print_at_every_level(enum advice_kind kind, const struct advice_matter *matter,
                                 char text[static ADVICE_TEXT_MAX])
{
    if (kind == ADVICE_REPLACE_KEY)
        print_replace_key(matter, text);
    else
        WRITE("min-protocol is %s, and the server, or what the program asks of it, is older: let both have a newer "
              "protocol; until then a rule with a lower min-protocol lets this one pass",
              protocol_text(matter->settings->min_protocol));
}

void advice_print(enum advice_kind kind, const struct advice_matter *matter, char text[static ADVICE_TEXT_MAX])
{
    switch (kind) {
    case ADVICE_REPAIR_POLICY:
    case ADVICE_MAKE_POLICY_READABLE:
    case ADVICE_RENEW_RULE:
        print_about_policy(kind, matter, text);
        break;
    case ADVICE_GET_CERTIFICATE:
    case ADVICE_DROP_SESSION:
    case ADVICE_JUDGE_AGAIN:
    case ADVICE_TELL_NAME:
        print_about_handshake(kind, matter, text);
        break;
    case ADVICE_MAKE_TRUST_READABLE:
    case ADVICE_FILL_STORE:
        print_about_store(kind, matter, text);
        break;
    case ADVICE_SEND_CHAIN:
    case ADVICE_TRUST_ISSUER:
    case ADVICE_TRUST_LEAF:
    case ADVICE_TRUST_ROOT:
        print_about_issuer(kind, matter, text);
        break;
    case ADVICE_COMPARE_CLOCKS:
    case ADVICE_RENEW_EXPIRED:
    case ADVICE_SET_CLOCKS:
    case ADVICE_RENEW_SOON:
        print_about_validity(kind, matter, text);
        break;
    case ADVICE_STRENGTHEN:
    case ADVICE_CHANGE_PURPOSE:
    case ADVICE_MEND_CHAIN:
        print_about_chain(kind, matter, text);
        break;
    default: /* of these, what holds at every level is last */
        (kind < ADVICE_REPLACE_KEY ? print_about_name : print_at_every_level)(kind, matter, text);
    }
}
