/*
 * Handshakes by the hour and by what became of them, for bars over time.
 */
#ifndef TLSWARD_TIMELINE_H
#define TLSWARD_TIMELINE_H

#include "events/kind.h"

#define MILLISECONDS_OF_HOUR INT64_C(3600000)

/* So many hours are told apart, two years of them; what events claim of others is counted in `beyond`. */
#define TIMELINE_HOURS_MAX 17568

struct timeline_hour {
    int64_t hour; /* since 1970 */
    uint64_t by_fate[FATE_COUNT];
};

/* All zero: empty. */
struct timeline {
    struct timeline_hour *hours; /* by time, those in which there was something */
    size_t count, room;
    uint64_t beyond;
};

/* `time` in milliseconds since 1970. */
void timeline_add(struct timeline *timeline, int64_t time, enum fate fate, uint64_t count);

/* Adds those of the other one, which stays as it is. */
void timeline_merge(struct timeline *timeline, const struct timeline *other);

void timeline_free(struct timeline *timeline);

#endif
