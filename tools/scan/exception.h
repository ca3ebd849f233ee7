/*
 * "tlsward:allow ID owner=WHO reason=WHY expires=YYYY-MM-DD": what accepts a finding of the same line or the next one.
 */
#ifndef TLSWARD_EXCEPTION_H
#define TLSWARD_EXCEPTION_H

#include "scan/scan_rule.h"

#define EXCEPTION_MARK "tlsward:allow"

struct exception {
    const struct scan_rule *rule; /* NULL where it is malformed */
    char *problem;                /* why it is malformed, or NULL */
    char *owner, *reason, *expires;
    bool expired;
    bool used;
    unsigned line;
};

/* What an exception itself can be a finding of. */
extern const struct scan_rule exception_malformed, exception_unused;

/* Reads what follows the mark, up to the end of the line. `today` is YYYY-MM-DD. To be freed. */
struct exception exception_parse(const char *text, size_t length, const char *today);

void exception_free(struct exception *exception);

#endif
