#include "explain/advice.h"

#include "shared/certificate.h"
#include "explain/remedy.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A certificate close to its end is worth a word even where all is well. */
#define SOON_DAYS 14

/* Takes over all three; `command` and `rule` may be NULL. */
static void say_how(struct advice *advice, char *text, char *command, char *rule)
{
    if (advice->count < ADVICE_MAX) {
        advice->items[advice->count++] = (struct advice_item){text, command, rule};
        return;
    }
    free(text);
    free(command);
    free(rule);
}

static void say(struct advice *advice, char *text)
{
    say_how(advice, text, NULL, NULL);
}

static X509 *leaf_of(const struct explanation *explanation)
{
    return sk_X509_value(explanation->tls.chain, 0);
}

/* The first label of the name that was asked for, where a wildcard covers such a label, else one that is. */
static char *covered_name(const struct explanation *explanation, const char *wildcard)
{
    const char *host = explanation->target.text;
    size_t length = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-");
    bool covered = explanation->target.kind == PEER_HOST && length > 0 && host[length] == '.';
    return text_format("%.*s%s", covered ? (int)length : 4, covered ? host : "host", wildcard + 1);
}

/*
 * A name of the certificate that can be expected in place of the present one, and then matches. False where there is
 * none: not every name in a certificate is one that can be checked.
 */
static bool usable_name(const struct explanation *explanation, const struct certificate_name *name,
                        struct peer_name *usable)
{
    if (!name->server_name)
        return false;
    char *text =
        strncmp(name->value, "*.", 2) == 0 ? covered_name(explanation, name->value) : text_format("%s", name->value);
    bool is_usable = strchr(text, '*') == NULL && peer_normalise(text, strlen(text), usable) &&
                     strcmp(usable->text, explanation->expected.text) != 0 &&
                     explain_name_matches(leaf_of(explanation), usable, false);
    free(text);
    return is_usable;
}

/* "a, b or c, and 4 more", of the names that can be used; `first` is one of them. */
static char *list_usable_names(const struct explanation *explanation, struct peer_name *first)
{
    const size_t shown_max = 5;
    const struct certificate_names *names = &explanation->names;
    char *list = text_format("%s", "");
    size_t all = 0;
    for (size_t i = 0; i < names->count; i++) {
        struct peer_name usable;
        if (!usable_name(explanation, &names->items[i], &usable) || all++ >= shown_max)
            continue;
        if (all == 1)
            *first = usable;
        char *longer = text_format("%s%s%s", list, all > 1 ? ", " : "", names->items[i].value);
        free(list);
        list = longer;
    }
    if (all > shown_max) {
        char *longer = text_format("%s and %zu more", list, all - shown_max);
        free(list);
        list = longer;
    }
    return list;
}

/* Only a program that verifies by itself, and so would have said no otherwise, is believed. */
static void advise_loose_match(struct advice *advice, const struct explanation *explanation)
{
    bool is_strict = explanation->settings.names == NAMES_STRICT;
    if (explanation->chain.loose_match == LOOSE_PARTIAL_WILDCARD)
        say(advice, text_format("a wildcard for a part of a label fits, which does not count: let the certificate be "
                                "reissued with DNS:%s",
                                explanation->expected.text));
    if (explanation->chain.loose_match != LOOSE_NONE)
        say(advice, text_format("a program that demands chain and name by itself %s",
                                is_strict ? "would get through with names = program"
                                          : "gets through all the same, unless the policy says names = strict"));
}

/* Says what is wrong with the name, and what would mend it. `name` is where remedy->name lies. */
static void advise_name(struct advice *advice, const struct explanation *explanation, struct remedy *remedy,
                        struct peer_name *name)
{
    char *list = list_usable_names(explanation, name);
    const char *type = explanation->expected.kind == PEER_ADDRESS ? "IP" : "DNS";
    const char *expected = explanation->expected.text;
    bool fits_partly = explanation->chain.loose_match == LOOSE_PARTIAL_WILDCARD;
    remedy->name = *list != '\0' && !fits_partly ? name->text : NULL;
    remedy->allows_cn = remedy->name == NULL && !explanation->names.has_san &&
                        explain_name_matches(leaf_of(explanation), &explanation->expected, true);
    remedy->ignores_name = remedy->name == NULL && !remedy->allows_cn;
    if (remedy->name != NULL)
        say(advice, text_format("the certificate names %s: connect by such a name, or expect it of this server by a "
                                "rule",
                                list));
    else if (remedy->allows_cn)
        say(advice, text_format("the certificate has no subject alternative name, only the common name: let it be "
                                "reissued with %s:%s; until then a rule can let the common name count",
                                type, expected));
    else if (!fits_partly)
        say(advice, text_format("the certificate carries no name that can be checked here: let it be reissued with "
                                "%s:%s; until then a rule can check the chain alone",
                                type, expected));
    advise_loose_match(advice, explanation);
    free(list);
}

/* The first URL from which the issuer's certificate can be had (RFC 5280 section 4.2.2.1), or NULL. */
static char *issuer_url(X509 *certificate)
{
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    char *url = NULL;
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access) && url == NULL; i++) {
        const ACCESS_DESCRIPTION *description = sk_ACCESS_DESCRIPTION_value(access, i);
        if (OBJ_obj2nid(description->method) != NID_ad_ca_issuers || description->location->type != GEN_URI)
            continue;
        const ASN1_STRING *uri = description->location->d.uniformResourceIdentifier;
        url = text_clean((const char *)ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri));
    }
    AUTHORITY_INFO_ACCESS_free(access);
    return url;
}

/* The chain ends at a certificate whose issuer is neither sent nor trusted. */
static void advise_missing_issuer(struct advice *advice, const struct explanation *explanation)
{
    int count = sk_X509_num(explanation->chain.built);
    X509 *last = count > 0 ? sk_X509_value(explanation->chain.built, count - 1) : leaf_of(explanation);
    char *issuer = certificate_name_text(X509_get_issuer_name(last));
    char *url = issuer_url(last);
    if (count <= 1)
        say(advice, text_format("if \"%s\" is an intermediate that the server does not send, configure the server to "
                                "send the whole chain%s%s",
                                issuer, url != NULL ? "; the intermediate is at " : "", url != NULL ? url : ""));
    say(advice,
        text_format("if \"%s\" is a CA that you mean to trust, get its certificate and trust it by a rule", issuer));
    free(url);
    free(issuer);
}

static void advise_self_signed(struct advice *advice, const struct explanation *explanation)
{
    char fingerprint[65];
    certificate_fingerprint(leaf_of(explanation), fingerprint);
    say(advice, text_format("the certificate is self-signed: if this is the server you mean (compare SHA-256 %s on "
                            "the server itself), trust it by a rule; its name is checked all the same",
                            fingerprint));
}

static void advise_unknown_root(struct advice *advice, const struct explanation *explanation)
{
    int count = sk_X509_num(explanation->chain.built);
    if (count == 0)
        return;
    char *root = certificate_name_text(X509_get_subject_name(sk_X509_value(explanation->chain.built, count - 1)));
    say(advice, text_format("the chain ends at \"%s\", which the policy does not trust: if it is a CA that you mean to "
                            "trust, get its certificate and trust it by a rule",
                            root));
    free(root);
}

static void advise_expired(struct advice *advice, const struct explanation *explanation)
{
    int depth = explanation->chain.chain_depth;
    X509 *expired = depth < sk_X509_num(explanation->chain.built) ? sk_X509_value(explanation->chain.built, depth)
                                                                  : sk_X509_value(explanation->tls.chain, 0);
    struct certificate_text text = certificate_describe(expired);
    say(advice, depth == 0 ? text_format("the server's certificate ended %s: renew it", text.not_after)
                           : text_format("\"%s\", sent or trusted as its CA, ended %s: replace it on the server or in "
                                         "the trust store",
                                         text.subject, text.not_after));
    certificate_text_free(&text);
}

static void advise_chain(struct advice *advice, const struct explanation *explanation)
{
    switch (explanation->chain.chain_error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        advise_missing_issuer(advice, explanation);
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        advise_self_signed(advice, explanation);
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        advise_unknown_root(advice, explanation);
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        advise_expired(advice, explanation);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        say(advice, text_format("the certificate is not valid yet: look at the clocks of this host and of the CA"));
        break;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        say(advice, text_format("a key or signature of the chain is weaker than security level %d allows: let it be "
                                "reissued with RSA 2048 or P-256 and SHA-256",
                                explanation->settings.security_level));
        break;
    case X509_V_ERR_INVALID_PURPOSE:
        say(advice, text_format("the certificate is not meant for TLS servers: let it be reissued with the extended "
                                "key usage serverAuth"));
        break;
    default:
        say(advice,
            text_format("the chain is not valid: %s", X509_verify_cert_error_string(explanation->chain.chain_error)));
    }
}

/* Whether a certificate that is not trusted yet would mend the chain. */
static bool lacks_anchor(const struct explanation *explanation)
{
    switch (explanation->chain.chain_error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return true;
    default:
        return false;
    }
}

/* For a chain that fails: trust what is missing, or trust this key alone. */
static void offer_trust(struct advice *advice, const struct explanation *explanation, struct remedy remedy)
{
    const struct remedy pinned = {.only_pins_key = true};
    bool self_signed = explanation->chain.chain_error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
    remedy.trusts_file = true;
    if (lacks_anchor(explanation)) {
        char *file = remedy_trust_file(explanation);
        say_how(advice,
                text_format(self_signed ? "to trust the certificate:" : "to trust the CA, with its certificate in %s:",
                            file),
                self_signed ? remedy_fetch_command(explanation) : NULL, remedy_rule(explanation, &remedy));
        free(file);
    }
    say_how(advice,
            text_format("%s, which then decides alone (compare it on the server itself):",
                        lacks_anchor(explanation) ? "or to pin the key" : "until then, to pin the key"),
            NULL, remedy_rule(explanation, &pinned));
}

static bool is_pinned(const struct explanation *explanation)
{
    const struct settings *settings = &explanation->settings;
    return settings->pin_count == 0 || settings_pin_key(settings, explanation->facts.public_key_pin);
}

static void advise_end(struct advice *advice, const struct explanation *explanation)
{
    struct certificate_text leaf = certificate_describe(leaf_of(explanation));
    if (leaf.days_left >= 0 && leaf.days_left < SOON_DAYS)
        say(advice, text_format("the certificate ends in %ld days: renew it", leaf.days_left));
    certificate_text_free(&leaf);
}

/* What is behind a file that cannot be read is not known: no other advice holds then. */
static bool advise_unreadable_trust(struct advice *advice, const struct settings *settings)
{
    for (size_t i = 0; i < settings->trust_count; i++) {
        const char *path = settings->trust[i].path;
        if (path == NULL || faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 || errno != EACCES)
            continue;
        say(advice, text_format("this user cannot read %s, which the policy trusts, and neither can his programs: make "
                                "it readable",
                                path));
        return true;
    }
    return false;
}

static void advise_certificate(struct advice *advice, const struct explanation *explanation)
{
    struct remedy remedy = {.name = NULL};
    struct peer_name name;
    bool judged = !settings_demand_pin_alone(&explanation->settings);
    bool bad_chain = judged && explanation->chain.chain_error != X509_V_OK;
    bool bad_name = judged && explanation->settings.verify == VERIFY_FULL && explanation->chain.name_error != X509_V_OK;
    remedy.pins_key = !is_pinned(explanation);
    if ((bad_chain || explanation->facts.trust_missing) && advise_unreadable_trust(advice, &explanation->settings))
        return;
    if (judged && explanation->facts.trust_missing)
        say(advice, text_format("the policy's trust store holds no certificate: install ca-certificates, or name the "
                                "CA ('tlsward check' says more)"));
    if (bad_chain)
        advise_chain(advice, explanation);
    if (bad_name)
        advise_name(advice, explanation, &remedy, &name);
    if (remedy.pins_key)
        say(advice, text_format("the server's key is not pinned: if it is the one you mean (compare it on the server "
                                "itself), pin it by a rule"));
    if (bad_chain)
        offer_trust(advice, explanation, remedy);
    else if (bad_name || remedy.pins_key)
        say_how(advice, text_format("the rule, before the others of the policy:"), NULL,
                remedy_rule(explanation, &remedy));
}

struct advice advice_for(const struct explanation *explanation)
{
    struct advice advice = {.count = 0};
    if (explanation->facts.policy_invalid) {
        say(&advice, text_format("repair the policy: 'tlsward check' says what is wrong with it"));
        return advice;
    }
    if (explanation->policy_incomplete) {
        say(&advice, text_format("this user cannot read the whole policy, and neither can his programs: make it "
                                 "readable; 'tlsward check' says which file"));
        return advice;
    }
    if (explanation->settings.expired_rule != NULL)
        say(&advice, text_format("rule \"%s\" would match, but has expired: renew it or remove it",
                                 explanation->settings.expired_rule));
    if (leaf_of(explanation) == NULL) {
        if (!explanation_allows(explanation))
            say(&advice, text_format("the server offers no suite with a certificate: give it one"));
        return advice;
    }
    if (!explanation_allows(explanation))
        advise_certificate(&advice, explanation);
    advise_end(&advice, explanation);
    return advice;
}

void advice_free(struct advice *advice)
{
    for (size_t i = 0; i < advice->count; i++) {
        free(advice->items[i].text);
        free(advice->items[i].command);
        free(advice->items[i].rule);
    }
}
