/*
 * What a leaf certificate is called in an event.
 */
#ifndef TLSWARD_DESCRIBE_H
#define TLSWARD_DESCRIBE_H

#include "openssl/openssl_api.h"

struct certificate_text {
    char subject[512]; /* RFC 2253 */
    char issuer[512];
    char not_after[32]; /* RFC 3339 */
    char sha256[65];    /* upper-case hex */
};

/* Empty strings for what cannot be told. */
void describe_certificate(const struct openssl_api *api, X509 *certificate, struct certificate_text *text);

#endif
