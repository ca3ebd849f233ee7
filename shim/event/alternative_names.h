/*
 * The names that a certificate carries (subjectAltName, RFC 5280 section 4.2.1.6), as many as an event tells.
 */
#ifndef TLSWARD_ALTERNATIVE_NAMES_H
#define TLSWARD_ALTERNATIVE_NAMES_H

#include <stddef.h>

/* So many names at most, and so many bytes of one: a longer one ends in "…". */
#define ALTERNATIVE_NAMES_MAX 16
#define ALTERNATIVE_NAME_BYTES 255

struct alternative_names {
    char text[2048]; /* one behind the other, each with its NUL */
    size_t length;   /* of all that is there */
    size_t told;     /* so many are */
    size_t count;    /* so many the certificate has, of whatever kind */
};

/*
 * Adds a name of `length` bytes, unless there is no more room: then it is only counted, as NULL is, which stands for
 * one that has no text. A NUL within it becomes a byte that is no UTF-8, so that nothing behind it is hidden.
 */
void alternative_names_add(struct alternative_names *names, const char *bytes, size_t length);

#endif
