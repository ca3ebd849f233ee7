/*
 * A number that is equal for all spellings of a Name (RFC 5280 section 4.1.2.4) that libcrypto takes for equal: it
 * tells which certificates are worth decoding, with no library asked. Others may have it too; X509_NAME_cmp(3), or what
 * else compares names for the family, decides.
 */
#ifndef TLSWARD_NAME_KEY_H
#define TLSWARD_NAME_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a Name in DER, with its header. False where the bytes are none. */
bool name_key(const unsigned char *der, size_t length, uint64_t *key);

/* Of whatever stands where a subject is: 0 for what is no Name in DER, which may be equal to any. */
uint64_t subject_key(const unsigned char *der, size_t length);

#endif
