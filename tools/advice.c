#include "advice.h"

#include "certificate.h"
#include "text.h"

#include <openssl/x509v3.h>
#include <stdlib.h>

/* Takes over `line`. */
static void say(struct advice *advice, char *line)
{
    if (advice->count < ADVICE_MAX)
        advice->lines[advice->count++] = line;
    else
        free(line);
}

/* A certificate close to its end is worth a word even where all is well. */
#define SOON_DAYS 14

/* Such rules weaken the policy, which asks these of them. */
#define EXCUSED " (and owner, reason, expires)"

/* "a, b or c, and 4 more" */
static char *list_server_names(const struct certificate_names *names)
{
    const size_t shown_max = 5;
    char *list = text_format("%s", "");
    size_t shown = 0;
    size_t all = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (!names->items[i].server_name || all++ >= shown_max)
            continue;
        char *longer = text_format("%s%s%s", list, shown++ > 0 ? ", " : "", names->items[i].value);
        free(list);
        list = longer;
    }
    if (all > shown) {
        char *longer = text_format("%s and %zu more", list, all - shown);
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

static void advise_name(struct advice *advice, const struct explanation *explanation)
{
    bool fits_partly = explanation->chain.loose_match == LOOSE_PARTIAL_WILDCARD;
    char *list = list_server_names(&explanation->names);
    X509 *leaf = sk_X509_value(explanation->tls.chain, 0);
    if (*list != '\0' && !fits_partly) {
        say(advice, text_format("the certificate names %s: connect by that name, or write a rule for %s:%u with "
                                "name = that name",
                                list, explanation->host, explanation->port));
    } else if (!explanation->names.has_san && explain_name_matches(leaf, &explanation->expected, true)) {
        say(advice, text_format("the certificate has no subject alternative name, only the common name: let it be "
                                "reissued with DNS:%s; until then a rule with allow-cn = yes" EXCUSED " accepts it",
                                explanation->expected.text));
    } else if (!fits_partly) {
        say(advice, text_format("the certificate carries no name a client can check: let it be reissued with %s:%s; "
                                "until then a rule with verify = ca" EXCUSED " checks the chain alone",
                                explanation->expected.kind == PEER_ADDRESS ? "IP" : "DNS", explanation->expected.text));
    }
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
    X509 *last = count > 0 ? sk_X509_value(explanation->chain.built, count - 1) : NULL;
    if (last == NULL)
        return;
    char *issuer = certificate_name_text(X509_get_issuer_name(last));
    char *url = issuer_url(last);
    if (count == 1) {
        say(advice, text_format("if \"%s\" is a CA of your own, add it with trust = FILE", issuer));
        say(advice, text_format("if it is an intermediate that the server does not send, configure the server to send "
                                "the whole chain%s%s",
                                url != NULL ? "; the intermediate is at " : "", url != NULL ? url : ""));
    } else {
        say(advice, text_format("add the CA \"%s\" with trust = FILE, if it is one you mean to trust", issuer));
    }
    free(url);
    free(issuer);
}

static void advise_self_signed(struct advice *advice, const struct explanation *explanation)
{
    char fingerprint[65];
    X509 *leaf = sk_X509_value(explanation->tls.chain, 0);
    certificate_fingerprint(leaf, fingerprint);
    say(advice, text_format("the certificate is self-signed: if this is the server you mean (compare SHA-256 %s on "
                            "the server itself), add the certificate with trust = FILE; its name is checked all the "
                            "same",
                            fingerprint));
    say(advice,
        text_format("or pin its key: a rule for %s:%u with pin = %s and verify = none" EXCUSED " checks that key alone",
                    explanation->host, explanation->port, explanation->facts.public_key_pin));
}

static void advise_unknown_root(struct advice *advice, const struct explanation *explanation)
{
    int count = sk_X509_num(explanation->chain.built);
    if (count == 0)
        return;
    char *root = certificate_name_text(X509_get_subject_name(sk_X509_value(explanation->chain.built, count - 1)));
    say(advice, text_format("the chain ends at \"%s\", which the policy does not trust: add that CA with trust = FILE, "
                            "if it is one you mean to trust",
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

static void advise_pin(struct advice *advice, const struct explanation *explanation)
{
    const struct settings *settings = &explanation->settings;
    const char *pin = explanation->facts.public_key_pin;
    if (settings->pin_count > 0 && !settings_pin_key(settings, pin))
        say(advice, text_format("the server's key is not pinned: if it is the one you mean (compare it on the server "
                                "itself), add pin = %s",
                                pin));
}

static void advise_end(struct advice *advice, const struct explanation *explanation)
{
    struct certificate_text leaf = certificate_describe(sk_X509_value(explanation->tls.chain, 0));
    if (leaf.days_left >= 0 && leaf.days_left < SOON_DAYS)
        say(advice, text_format("the certificate ends in %ld days: renew it", leaf.days_left));
    certificate_text_free(&leaf);
}

static void advise_certificate(struct advice *advice, const struct explanation *explanation)
{
    if (explanation->facts.trust_missing)
        say(advice, text_format("the policy's trust store holds no certificate: install ca-certificates, or name the "
                                "CA with trust = FILE ('tlsward check' says more)"));
    else if (explanation->chain.chain_error != X509_V_OK)
        advise_chain(advice, explanation);
    if (explanation->chain.name_error != X509_V_OK)
        advise_name(advice, explanation);
}

struct advice advice_for(const struct explanation *explanation)
{
    struct advice advice = {.count = 0};
    if (explanation->facts.policy_invalid) {
        say(&advice, text_format("repair the policy: 'tlsward check' says what is wrong with it"));
        return advice;
    }
    if (explanation->settings.expired_rule != NULL)
        say(&advice, text_format("rule \"%s\" would match, but has expired: renew it or remove it",
                                 explanation->settings.expired_rule));
    if (!settings_demand_pin_alone(&explanation->settings))
        advise_certificate(&advice, explanation);
    advise_pin(&advice, explanation);
    advise_end(&advice, explanation);
    return advice;
}

void advice_free(struct advice *advice)
{
    for (size_t i = 0; i < advice->count; i++)
        free(advice->lines[i]);
}
