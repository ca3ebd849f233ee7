/*
 * Punycode, RFC 3492: Unicode as the letters, digits and hyphens of a host name. Encoding only.
 */
#ifndef TLSWARD_PUNYCODE_H
#define TLSWARD_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Encodes `count` code points to at most `size` characters, without the prefix "xn--" and without a terminator.
 * Returns the number of characters, or 0 where they do not fit or a delta overflows (section 6.4).
 */
size_t punycode_encode(const uint32_t *points, size_t count, char *text, size_t size);

#endif
