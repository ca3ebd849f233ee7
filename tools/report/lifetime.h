/*
 * How much of a certificate's life is left. Days say little where some live for 6 of them and others for 10 years: what
 * counts is the part of the lifetime that is left, and, where that is short, a day.
 */
#ifndef TLSWARD_LIFETIME_H
#define TLSWARD_LIFETIME_H

#include <stdint.h>

enum lifetime_state {
    LIFETIME_UNKNOWN,
    LIFETIME_GOOD,
    LIFETIME_WARNING,  /* less than a third is left */
    LIFETIME_CRITICAL, /* less than a sixth, or a day */
    LIFETIME_EXPIRED
};

struct lifetime {
    enum lifetime_state state;
    double left; /* 0 to 1, of the lifetime; less than 0 where that is not known */
    int64_t seconds_left;
    int64_t seconds; /* the whole, 0: not known */
};

/* From RFC 3339 texts, "" for what is not known, at `now` in seconds since 1970. */
struct lifetime lifetime_of(const char *not_before, const char *not_after, int64_t now);

/* "good", "warning", "critical", "expired", "unknown". */
const char *lifetime_text(enum lifetime_state state);

#endif
