/*
 * A piece of a text that belongs to somebody else: bytes with a length, not terminated.
 */
#ifndef TLSWARD_SLICE_H
#define TLSWARD_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *text; /* never NULL where there is a length */
    size_t length;
};

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, strlen(text)};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static inline bool slice_is(struct slice slice, const char *text)
{
    return slice_equal(slice, slice_of(text));
}

#endif
