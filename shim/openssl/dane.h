/*
 * What a program's own DANE verification (RFC 6698, SSL_dane_enable(3)) matched. A match says that a TLSA record fits
 * a certificate of the chain, not that the chain or its name were good: a callback of the program may have forgiven
 * those, and PKIX-TA and PKIX-EE records demand an ordinary verification besides.
 */
#ifndef TLSWARD_DANE_H
#define TLSWARD_DANE_H

#include "openssl/openssl_api.h"

#include <stdbool.h>

/*
 * True where a DANE-EE record (RFC 6698 section 2.1.1) is that of `leaf`, NULL for a raw public key: nothing else
 * counts then, neither chain nor dates nor, by RFC 7671 section 5.1, names.
 */
bool dane_binds_leaf(const struct openssl_api *api, SSL *ssl, const X509 *leaf);

/* What a DANE-TA record (RFC 6698 section 2.1.1) makes a trust anchor. */
struct dane_anchor {
    X509 *certificate; /* of the chain: the record's own, or what the record's key has signed; NULL: there is none */
    EVP_PKEY *key;     /* the record's, where it is a whole public key whose certificate is not in the chain, or NULL */
    STACK *chain;      /* which holds the certificate */
};

/* Of the chain that the program has verified with `store_ctx`. Ended by dane_anchor_clear(). */
struct dane_anchor dane_trust_anchor(const struct openssl_api *api, SSL *ssl, X509_STORE_CTX *store_ctx);
void dane_anchor_clear(const struct openssl_api *api, struct dane_anchor *anchor);

#endif
