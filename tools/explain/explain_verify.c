#include "explain/explain_verify.h"

#include "shared/shared_trust.h"
#include "shared/shared_verify.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

bool explain_name_matches(X509 *certificate, const struct peer_name *expected, bool allow_cn)
{
    bool matches = expected->kind == PEER_ADDRESS ? X509_check_ip_asc(certificate, expected->text, 0) == 1
                                                  : X509_check_host(certificate, expected->text, strlen(expected->text),
                                                                    shared_host_flags(), NULL) == 1 &&
                                                        (allow_cn || shared_has_dns_name(certificate));
    ERR_clear_error();
    return matches;
}

static int mismatch(const struct peer_name *expected)
{
    return expected->kind == PEER_ADDRESS ? X509_V_ERR_IP_ADDRESS_MISMATCH : X509_V_ERR_HOSTNAME_MISMATCH;
}

/* Without a store, or where that is false, there was an internal error. */
static bool verify(X509_STORE *store, STACK_OF(X509) * sent, const struct settings *settings,
                   const struct peer_name *expected, struct chain_result *result)
{
    struct shared_verify_result verified;
    struct settings required = *settings;
    *result = (struct chain_result){.built = NULL};
    if (required.security_level < SHARED_CONNECTION_LEVEL)
        required.security_level = SHARED_CONNECTION_LEVEL;
    if (store == NULL || !shared_verify(store, sk_X509_value(sent, 0), sent, &required, expected, &verified))
        return false;
    result->built = verified.chain;
    result->chain_error = verified.chain_error;
    result->expiry_alone = verified.expiry_alone;
    result->chain_depth = verified.depth;
    result->name_error = verified.name_error;
    result->loose_match = verified.loose_match;
    /* Where no chain can be built the library need not look at the name, but whoever asks wants to know. */
    if (!verified.name_checked && expected->kind != PEER_NONE &&
        !explain_name_matches(sk_X509_value(sent, 0), expected, settings->allow_cn))
        result->name_error = mismatch(expected);
    return true;
}

bool explain_verify(STACK_OF(X509) * sent, const struct settings *settings, const struct peer_name *expected,
                    struct chain_result *result)
{
    X509_STORE *store = X509_STORE_new();
    bool done = store != NULL &&
                shared_trust_fill(settings->trust, settings->trust_count, store, sk_X509_value(sent, 0), sent) &&
                verify(store, sent, settings, expected, result);
    if (!done)
        *result = (struct chain_result){.built = NULL};
    X509_STORE_free(store);
    ERR_clear_error();
    return done;
}

bool explain_verify_with(X509_STORE *anchors, STACK_OF(X509) * sent, const struct settings *settings,
                         struct chain_result *result)
{
    const struct peer_name nobody = {.kind = PEER_NONE};
    bool done = verify(anchors, sent, settings, &nobody, result);
    ERR_clear_error();
    return done;
}
