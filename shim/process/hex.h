/*
 * Bytes as hexadecimal text.
 */
#ifndef TLSWARD_HEX_H
#define TLSWARD_HEX_H

#include <stddef.h>

#define HEX_LOWER "0123456789abcdef"
#define HEX_UPPER "0123456789ABCDEF"

/* With these digits and a NUL behind: 2 * length + 1 bytes. */
void hex_print(const unsigned char *bytes, size_t length, const char digits[static 16], char *text);

#endif
