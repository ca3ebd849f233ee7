#include "events/timeline.h"

#include "events/count.h"
#include "shared/text.h"

#include <stdlib.h>

/* The place of the hour, or where it has to go. Most events are of the latest hour, or near it. */
static size_t place_of(const struct timeline *timeline, int64_t hour)
{
    size_t first = 0, behind = timeline->count;
    if (behind > 0 && timeline->hours[behind - 1].hour < hour)
        return behind;
    while (first < behind) {
        size_t middle = first + (behind - first) / 2;
        if (timeline->hours[middle].hour < hour)
            first = middle + 1;
        else
            behind = middle;
    }
    return first;
}

/* NULL where there are too many. */
static struct timeline_hour *find(struct timeline *timeline, int64_t hour)
{
    size_t place = place_of(timeline, hour);
    if (place < timeline->count && timeline->hours[place].hour == hour)
        return &timeline->hours[place];
    if (timeline->count == TIMELINE_HOURS_MAX)
        return NULL;
    if (timeline->count == timeline->room) {
        timeline->room = timeline->room > 0 ? 2 * timeline->room : 64;
        timeline->hours = text_grow(timeline->hours, timeline->room, sizeof *timeline->hours);
    }
    struct timeline_hour *at = &timeline->hours[place];
    memmove(at + 1, at, (timeline->count - place) * sizeof *at);
    *at = (struct timeline_hour){.hour = hour};
    timeline->count++;
    return at;
}

void timeline_add(struct timeline *timeline, int64_t time, enum fate fate, uint64_t count)
{
    int64_t hour = time / MILLISECONDS_OF_HOUR - (time % MILLISECONDS_OF_HOUR < 0 ? 1 : 0);
    struct timeline_hour *found = find(timeline, hour);
    count_add(found != NULL ? &found->by_fate[fate] : &timeline->beyond, count);
}

void timeline_merge(struct timeline *timeline, const struct timeline *other)
{
    for (size_t i = 0; i < other->count; i++)
        for (int fate = 0; fate < FATE_COUNT; fate++)
            if (other->hours[i].by_fate[fate] > 0)
                timeline_add(timeline, other->hours[i].hour * MILLISECONDS_OF_HOUR, (enum fate)fate,
                             other->hours[i].by_fate[fate]);
    count_add(&timeline->beyond, other->beyond);
}

void timeline_free(struct timeline *timeline)
{
    free(timeline->hours);
    *timeline = (struct timeline){.hours = NULL};
}
