/*
 * What public keys, signatures and groups are called in an event. Told by object identifiers, which are the same in
 * every library, and not by its numbers for them.
 */
#ifndef TLSWARD_ALGORITHM_H
#define TLSWARD_ALGORITHM_H

#include "openssl/openssl_api.h"

/* Room for any of these names; one that nobody has given is the library's own, or the dotted identifier. */
#define ALGORITHM_NAME_MAX 64

struct key_text {
    char algorithm[ALGORITHM_NAME_MAX]; /* as Go's crypto/x509 has it, which ECS recommends */
    char curve[ALGORITHM_NAME_MAX];     /* as IANA's TLS Supported Groups have it; empty where there is none */
    unsigned bits;                      /* 0: not known */
};

/* Empty strings for what this library cannot tell. */
void algorithm_of_certificate_key(const struct openssl_api *api, X509 *certificate, struct key_text *text);
void algorithm_of_key(const struct openssl_api *api, EVP_PKEY *key, struct key_text *text);

/* "SHA256-RSA", "ECDSA-SHA256" */
void algorithm_of_signature(const struct openssl_api *api, X509 *certificate, char name[static ALGORITHM_NAME_MAX]);

#endif
