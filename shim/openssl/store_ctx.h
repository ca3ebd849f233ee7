/*
 * What libssl gave a verification: 1.0.2 has no functions to read it.
 */
#ifndef TLSWARD_STORE_CTX_H
#define TLSWARD_STORE_CTX_H

#include "openssl/openssl_api.h"

/* The first members of X509_STORE_CTX in 1.0.2 (openssl/x509_vfy.h of 1.0.2u). */
struct store_ctx_of_102 {
    X509_STORE *store;
    int current_method;
    X509 *leaf;
    STACK *untrusted;
};

static inline X509 *store_ctx_leaf(const struct openssl_api *api, X509_STORE_CTX *ctx)
{
    return api->X509_STORE_CTX_get0_cert != NULL ? api->X509_STORE_CTX_get0_cert(ctx)
                                                 : ((const struct store_ctx_of_102 *)(const void *)ctx)->leaf;
}

static inline STACK *store_ctx_untrusted(const struct openssl_api *api, X509_STORE_CTX *ctx)
{
    return api->X509_STORE_CTX_get0_untrusted != NULL ? api->X509_STORE_CTX_get0_untrusted(ctx)
                                                      : ((const struct store_ctx_of_102 *)(const void *)ctx)->untrusted;
}

static inline X509_STORE *store_ctx_store(const struct openssl_api *api, X509_STORE_CTX *ctx)
{
    return api->X509_STORE_CTX_get0_store != NULL ? api->X509_STORE_CTX_get0_store(ctx)
                                                  : ((const struct store_ctx_of_102 *)(const void *)ctx)->store;
}

#endif
