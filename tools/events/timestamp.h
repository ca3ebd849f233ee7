/*
 * Points in time as events write them (RFC 3339), in milliseconds since 1970 in UTC.
 */
#ifndef TLSWARD_TIMESTAMP_H
#define TLSWARD_TIMESTAMP_H

#include "events/slice.h"

#include <stdint.h>

/*
 * "2026-11-21T06:44:40.123Z", also with a blank for the T, without the fraction or with a longer one, and with an
 * offset as +01:00. False where it is none. A leap second counts as the second after it.
 */
bool timestamp_read(struct slice text, int64_t *milliseconds);

/* A date of the Gregorian calendar, "2026-11-21", as the days since 1970. False where there is no such day. */
bool timestamp_read_date(struct slice text, int64_t *days);

#define TIMESTAMP_SIZE 32

/* "2026-11-21T06:44:40Z". Returns `text`. */
char *timestamp_write(int64_t milliseconds, char text[static TIMESTAMP_SIZE]);

#endif
