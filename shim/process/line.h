/*
 * One line of text under construction in a buffer of fixed size. What does not fit is left out as a whole
 * and remembered, so that callers check once, at the end.
 */
#ifndef TLSWARD_LINE_H
#define TLSWARD_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct line {
    char *data; /* not terminated; belongs to the caller */
    size_t size;
    size_t length;
    bool overflow; /* something did not fit: the line is not usable */
};

void line_bytes(struct line *line, const char *bytes, size_t length);
void line_text(struct line *line, const char *text);

/* Decimal, with leading zeros up to `digits` digits. */
void line_number(struct line *line, uint64_t number, unsigned digits);

/*
 * RFC 3339 in UTC with milliseconds: "2026-11-21T06:44:40.123Z". A time before 1970 counts as 1970.
 * Not gmtime_r(3): it takes a lock, which a thread that was forked away may hold for ever.
 */
void line_time(struct line *line, const struct timespec *time);

#endif
