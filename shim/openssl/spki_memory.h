/*
 * The digests of public keys that were hashed lately: to hash one costs more than to find it by all of its bytes. A key
 * that another took the place of, or that is too long, is hashed again.
 */
#ifndef TLSWARD_SPKI_MEMORY_H
#define TLSWARD_SPKI_MEMORY_H

#include "policy/spki_pin.h"

#include <stdbool.h>
#include <stddef.h>

/* The digest of these very bytes of a SubjectPublicKeyInfo; false where it is not here. */
bool spki_memory_find(const unsigned char *spki, size_t length, unsigned char digest[static SPKI_DIGEST_SIZE]);

void spki_memory_keep(const unsigned char *spki, size_t length, const unsigned char digest[static SPKI_DIGEST_SIZE]);

#endif
