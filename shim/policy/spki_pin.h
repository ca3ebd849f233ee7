/*
 * The text of a pin: the SHA-256 of a public key in its DER SubjectPublicKeyInfo (RFC 7469, section 2.4), written as
 * curl's --pinnedpubkey has it. A digest has exactly one such text, so pins are compared as they are written.
 */
#ifndef TLSWARD_SPKI_PIN_H
#define TLSWARD_SPKI_PIN_H

#include <stdbool.h>

#define SPKI_DIGEST_SIZE 32
#define SPKI_PIN_SIZE 53 /* "sha256//", 44 characters of base64 (RFC 4648, section 4), NUL */

/* True for "sha256//" and the one base64 of a digest. */
bool spki_pin_is_valid(const char *text);

void spki_pin_format(const unsigned char digest[static SPKI_DIGEST_SIZE], char pin[static SPKI_PIN_SIZE]);

#endif
