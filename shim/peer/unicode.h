/*
 * As much of Unicode as a host name typed by a person needs.
 */
#ifndef TLSWARD_UNICODE_H
#define TLSWARD_UNICODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the first code point of well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF). Returns the number of bytes it takes, or 0 where the text is not well-formed or empty.
 */
size_t utf8_decode(const char *text, size_t length, uint32_t *point);

/*
 * The code point as it may stand in a host name: in lower case for ASCII, Latin-1, Latin Extended-A, Greek and
 * Cyrillic, and itself for all other scripts (UTS #46 in full needs tables of hundreds of kilobytes).
 * 0 for what no host name carries: ASCII other than letters, digits, '-' and '_', controls, spaces, format characters.
 */
uint32_t host_name_point(uint32_t point);

#endif
