/*
 * Base64 as PEM has it (RFC 4648 section 4, white space anywhere).
 */
#ifndef TLSWARD_BASE64_H
#define TLSWARD_BASE64_H

#include <stddef.h>

/*
 * Decodes the first `room` bytes into `out`, or all where they are fewer, and checks the rest: what a certificate
 * starts with is often all that is wanted. Returns how many bytes the text stands for, or 0 where it is not base64 or
 * stands for none.
 */
size_t base64_decode_start(const char *text, size_t length, unsigned char *out, size_t room);

#endif
