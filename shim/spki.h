/*
 * The pin of a peer's own public key.
 */
#ifndef TLSWARD_SPKI_H
#define TLSWARD_SPKI_H

#include "decoder.h"
#include "spki_pin.h"

/*
 * An empty text, which no pin equals, where libcrypto cannot tell the key: it lacks the function, or memory is short.
 */
void spki_pin_of_certificate(const struct decoder *decoder, X509 *certificate, char pin[static SPKI_PIN_SIZE]);

/* The same of a raw public key, which may be NULL. */
void spki_pin_of_key(const struct decoder *decoder, EVP_PKEY *key, char pin[static SPKI_PIN_SIZE]);

#endif
