/*
 * What events tell of trust anchors: which ended a chain, and whose are missing.
 */
#ifndef TLSWARD_ANCHOR_USE_H
#define TLSWARD_ANCHOR_USE_H

#include "events/reading.h"

struct anchor_use {
    char *subject; /* RFC 2253 */
    uint64_t count;
    int64_t last; /* milliseconds since 1970 */
};

struct anchor_uses {
    const char *program;     /* only what this one did; NULL: all */
    struct anchor_use *used; /* anchors that a chain led to */
    size_t used_count;
    struct anchor_use *refused; /* issuers of certificates that were not trusted */
    size_t refused_count;
    uint64_t events;
};

/* Reads the sources. False where they are not complete: what is lacking is said on standard error. */
bool anchor_uses_read(struct anchor_uses *uses, char *const *sources, size_t count);

/* The one of this subject, or NULL. */
const struct anchor_use *anchor_use_find(const struct anchor_use *uses, size_t count, const char *subject);

void anchor_uses_free(struct anchor_uses *uses);

#endif
