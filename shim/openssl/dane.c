#include "openssl/dane.h"

#include <stdint.h>

/* RFC 7218 */
enum { USAGE_DANE_TA = 2, USAGE_DANE_EE = 3 };

/* The depth in the chain of the certificate that a record of this usage matched or signed, or -1. */
static int depth_of_match(const struct openssl_api *api, SSL *ssl, unsigned char wanted, X509 **matched, EVP_PKEY **key)
{
    unsigned char usage = UINT8_MAX;
    if (api->SSL_get0_dane_authority == NULL || api->SSL_get0_dane_tlsa == NULL ||
        api->SSL_get0_dane_tlsa(ssl, &usage, NULL, NULL, NULL, NULL) < 0 || usage != wanted)
        return -1;
    return api->SSL_get0_dane_authority(ssl, matched, key);
}

bool dane_binds_leaf(const struct openssl_api *api, SSL *ssl, const X509 *leaf)
{
    X509 *matched = NULL;
    return depth_of_match(api, ssl, USAGE_DANE_EE, &matched, NULL) == 0 && matched == leaf;
}

/* Asked anew: a callback of the program may have put another chain in the place of what was verified. */
static bool has_signed(const struct openssl_api *api, EVP_PKEY *key, X509 *certificate)
{
    return key != NULL && certificate != NULL && api->X509_verify != NULL && api->X509_verify(certificate, key) == 1;
}

struct dane_anchor dane_trust_anchor(const struct openssl_api *api, SSL *ssl, X509_STORE_CTX *store_ctx)
{
    struct dane_anchor anchor = {0};
    int depth = depth_of_match(api, ssl, USAGE_DANE_TA, &anchor.certificate, &anchor.key);
    if (depth < 0)
        return (struct dane_anchor){0};
    if (anchor.certificate != NULL)
        return anchor;
    anchor.chain = api->X509_STORE_CTX_get1_chain(store_ctx);
    if (anchor.chain != NULL && depth < api_stack_num(api, anchor.chain))
        anchor.certificate = api_stack_value(api, anchor.chain, depth);
    if (!has_signed(api, anchor.key, anchor.certificate))
        anchor.certificate = NULL;
    return anchor;
}

void dane_anchor_clear(const struct openssl_api *api, struct dane_anchor *anchor)
{
    api_certificates_free(api, anchor->chain);
    *anchor = (struct dane_anchor){0};
}
