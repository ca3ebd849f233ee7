/*
 * The digest of a public key in its SubjectPublicKeyInfo, and its text: a pin.
 */
#ifndef TLSWARD_SPKI_H
#define TLSWARD_SPKI_H

#include "openssl/decoder.h"
#include "policy/spki_pin.h"

/* The SHA-256. False where libcrypto cannot tell the key: it lacks the function, or memory is short. */
bool spki_digest_of_certificate(const struct decoder *decoder, X509 *certificate,
                                unsigned char digest[static SPKI_DIGEST_SIZE]);

/* The same of a raw public key, which may be NULL. */
bool spki_digest_of_key(const struct decoder *decoder, EVP_PKEY *key, unsigned char digest[static SPKI_DIGEST_SIZE]);

/*
 * An empty text, which no pin equals, where there is no digest.
 */
void spki_pin_of_certificate(const struct decoder *decoder, X509 *certificate, char pin[static SPKI_PIN_SIZE]);

/* The same of a raw public key, which may be NULL. */
void spki_pin_of_key(const struct decoder *decoder, EVP_PKEY *key, char pin[static SPKI_PIN_SIZE]);

#endif
