/*
 * The time that is asked about, as --since and --until say it.
 */
#ifndef TLSWARD_PERIOD_H
#define TLSWARD_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since 1970: from `since` on, before `until`. */
struct period {
    int64_t since;
    int64_t until;
};

/* All there is. */
static inline struct period period_all(void)
{
    return (struct period){INT64_MIN, INT64_MAX};
}

static inline bool period_has(const struct period *period, int64_t time)
{
    return time >= period->since && time < period->until;
}

/*
 * A point in time: "2026-11-21T06:44:40Z" (RFC 3339, also with an offset), "2026-11-21" and "2026-11-21 06:44" in the
 * local time zone, "90s", "15m", "2h", "7d", "4w" before `now`, "@1700000000" (seconds since 1970), "now", "today",
 * "yesterday". NULL, or what is wrong with it, a text that lives for ever.
 */
const char *period_read(const char *text, int64_t now, int64_t *time);

/*
 * For the options of that name: takes their value and says on standard error what is wrong, after `program` ("tlsward
 * log"). False then.
 */
bool period_set_since(struct period *period, const char *program, const char *text);
bool period_set_until(struct period *period, const char *program, const char *text);

/* Now, in milliseconds since 1970. */
int64_t period_now(void);

#endif
