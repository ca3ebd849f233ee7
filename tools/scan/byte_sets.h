/*
 * Sets of bytes.
 */
#ifndef TLSWARD_BYTE_SETS_H
#define TLSWARD_BYTE_SETS_H

#include <stdbool.h>
#include <string.h>

/* Not for '\0'. */
static inline bool is_one_of(const char *bytes, char byte)
{
    return byte != '\0' && strchr(bytes, byte) != NULL;
}

/* What names of variables are made of. */
static inline bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
}

#endif
