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

bool explain_verify(STACK_OF(X509) * sent, const struct settings *settings, const struct peer_name *expected,
                    struct chain_result *result)
{
    struct shared_verify_result verified;
    X509 *leaf = sk_X509_value(sent, 0);
    X509_STORE *store = X509_STORE_new();
    struct settings required = *settings;
    if (required.security_level < SHARED_CONNECTION_LEVEL)
        required.security_level = SHARED_CONNECTION_LEVEL;
    bool done = store != NULL && shared_trust_fill(settings->trust, settings->trust_count, store, leaf, sent) &&
                shared_verify(store, leaf, sent, &required, expected, &verified);
    X509_STORE_free(store);
    ERR_clear_error();
    *result = (struct chain_result){.built = NULL};
    if (!done)
        return false;
    result->built = verified.chain;
    result->chain_error = verified.chain_error;
    result->expiry_alone = verified.expiry_alone;
    result->chain_depth = verified.depth;
    result->name_error = verified.name_error;
    result->loose_match = verified.loose_match;
    /* Where no chain can be built the library need not look at the name, but whoever asks wants to know. */
    if (!verified.name_checked && expected->kind != PEER_NONE &&
        !explain_name_matches(leaf, expected, settings->allow_cn))
        result->name_error = mismatch(expected);
    return true;
}
