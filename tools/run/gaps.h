/*
 * The TLS of a program that the library's hooks will miss, as far as its files tell beforehand.
 */
#ifndef TLSWARD_GAPS_H
#define TLSWARD_GAPS_H

#include "run/target.h"

#include <stddef.h>

struct gaps {
    char **items; /* sentences for a warning */
    size_t count;
};

/*
 * Looks at the program and at the objects it links; what it loads or starts later is not seen. `library` is the one to
 * be preloaded. A program that links GnuTLS beside an OpenSSL (as curl does) has no gap by that.
 */
struct gaps gaps_find(const struct target *target, const char *library);

void gaps_free(struct gaps *gaps);

#endif
