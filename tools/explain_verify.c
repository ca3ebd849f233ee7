#include "explain_verify.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

/* What Debian's clients ask for; a policy may ask for more. */
#define AUTH_LEVEL_MIN 2

bool explain_name_matches(X509 *certificate, const struct peer_name *expected, bool allow_cn)
{
    unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | (allow_cn ? 0 : X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    int match = expected->kind == PEER_ADDRESS
                    ? X509_check_ip_asc(certificate, expected->text, flags)
                    : X509_check_host(certificate, expected->text, strlen(expected->text), flags, NULL);
    ERR_clear_error();
    return match == 1;
}

static X509_STORE *make_store(const struct anchors *anchors)
{
    X509_STORE *store = X509_STORE_new();
    for (size_t i = 0; store != NULL && i < anchors->count; i++) {
        if (X509_STORE_add_cert(store, anchors->items[i].certificate) != 1) {
            X509_STORE_free(store);
            store = NULL;
        }
    }
    return store;
}

bool explain_verify(STACK_OF(X509) * sent, const struct anchors *anchors, const struct settings *settings,
                    const struct peer_name *expected, struct chain_result *result)
{
    *result = (struct chain_result){.built = NULL};
    X509 *leaf = sk_X509_value(sent, 0);
    bool done = false;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE *store = make_store(anchors);
    if (context == NULL || store == NULL || X509_STORE_CTX_init(context, store, leaf, sent) != 1 ||
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) != 1)
        goto out;
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST |
                                                (settings->strict ? X509_V_FLAG_X509_STRICT : 0));
    int level = settings->security_level;
    X509_VERIFY_PARAM_set_auth_level(parameters, level > AUTH_LEVEL_MIN ? level : AUTH_LEVEL_MIN);

    if (X509_verify_cert(context) != 1)
        result->chain_error = X509_STORE_CTX_get_error(context);
    result->chain_depth = X509_STORE_CTX_get_error_depth(context);
    result->built = X509_STORE_CTX_get1_chain(context);
    if (expected->kind != PEER_NONE && !explain_name_matches(leaf, expected, settings->allow_cn))
        result->name_error =
            expected->kind == PEER_ADDRESS ? X509_V_ERR_IP_ADDRESS_MISMATCH : X509_V_ERR_HOSTNAME_MISMATCH;
    done = true;
out:
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    ERR_clear_error();
    return done;
}
