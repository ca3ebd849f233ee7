#include "openssl/dane.h"

#include <stdint.h>

/* RFC 7218 */
enum { USAGE_DANE_TA = 2, USAGE_DANE_EE = 3 };

/* The depth in the chain of the certificate that a record of this usage matched, or -1. */
static int depth_of_match(const struct openssl_api *api, SSL *ssl, unsigned char wanted, X509 **matched)
{
    unsigned char usage = UINT8_MAX;
    if (api->SSL_get0_dane_authority == NULL || api->SSL_get0_dane_tlsa == NULL ||
        api->SSL_get0_dane_tlsa(ssl, &usage, NULL, NULL, NULL, NULL) < 0 || usage != wanted)
        return -1;
    return api->SSL_get0_dane_authority(ssl, matched, NULL);
}

bool dane_binds_leaf(const struct openssl_api *api, SSL *ssl, const X509 *leaf)
{
    X509 *matched = NULL;
    return depth_of_match(api, ssl, USAGE_DANE_EE, &matched) == 0 && matched == leaf;
}

X509 *dane_trust_anchor(const struct openssl_api *api, SSL *ssl)
{
    X509 *matched = NULL;
    return depth_of_match(api, ssl, USAGE_DANE_TA, &matched) >= 0 ? matched : NULL;
}
