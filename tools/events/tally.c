#include "events/tally.h"

#include "events/count.h"
#include "shared/text.h"

#include <stdlib.h>

/*
 * An update follows its handshake within the connection's time. So many handshakes are remembered for it, each in the
 * place that its id says; a later one takes the place of an earlier one.
 */
enum { SEEN_BITS = 17, SEEN = 1 << SEEN_BITS };

/* What another thread's handshake may still be found for. */
enum { PENDING_MAX = 1 << 17 };

struct follower {
    uint64_t id; /* the hash of an event.id; 0: none */
    uint32_t group;
    uint16_t checks; /* that were counted */
    bool is_retry;
};

struct tally_index {
    uint32_t *places; /* by hash: the number of a group plus one; 0: free */
    size_t place_count;
    struct follower seen[SEEN];
    struct follower *pending;
    size_t pending_count, pending_room;
};

struct tally tally_new(const enum member *by, size_t by_count, const enum member *kept, size_t kept_count)
{
    struct tally tally = {.by_count = by_count, .kept_count = kept_count};
    for (size_t i = 0; i < by_count; i++)
        tally.by[i] = by[i];
    for (size_t i = 0; i < kept_count; i++)
        tally.kept[i] = kept[i];
    tally.totals.oldest = INT64_MAX;
    tally.totals.newest = INT64_MIN;
    tally.index = text_grow(NULL, 1, sizeof *tally.index);
    memset(tally.index, 0, sizeof *tally.index);
    return tally;
}

static void place_group(struct tally_index *index, uint64_t hash, size_t group)
{
    size_t place = hash & (index->place_count - 1);
    while (index->places[place] != 0)
        place = (place + 1) & (index->place_count - 1);
    index->places[place] = (uint32_t)group + 1;
}

/* At most half of the places are taken. */
static void make_places(struct tally *tally)
{
    struct tally_index *index = tally->index;
    if (index->place_count > 2 * tally->group_count)
        return;
    index->place_count = index->place_count > 0 ? 2 * index->place_count : 1024;
    index->places = text_grow(index->places, index->place_count, sizeof *index->places);
    memset(index->places, 0, index->place_count * sizeof *index->places);
    tally->groups = text_grow(tally->groups, index->place_count / 2, sizeof *tally->groups);
    for (size_t i = 0; i < tally->group_count; i++)
        place_group(index, tally->groups[i].hash, i);
}

static bool has_parts(const struct tally_group *group, const struct slice *parts, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = parts[i].length;
        if (at + length + 1 > group->key_length || memcmp(group->key + at, parts[i].text, length) != 0 ||
            group->key[at + length] != '\0')
            return false;
        at += length + 1;
    }
    return at == group->key_length;
}

static char *join(const struct slice *parts, size_t count, uint32_t *length)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].length + 1;
    char *key = text_grow(NULL, size + 1, 1), *end = key;
    for (size_t i = 0; i < count; i++) {
        end = mempcpy(end, parts[i].text, parts[i].length);
        *end++ = '\0';
    }
    *length = (uint32_t)size;
    return key;
}

static struct tally_group *make_group(struct tally *tally, uint64_t hash)
{
    make_places(tally);
    struct tally_group *group = &tally->groups[tally->group_count];
    place_group(tally->index, hash, tally->group_count++);
    *group = (struct tally_group){.hash = hash, .first = INT64_MAX, .last = INT64_MIN};
    if (tally->kept_count > 0) {
        group->kept = text_grow(NULL, tally->kept_count, sizeof *group->kept);
        group->kept_at = text_grow(NULL, tally->kept_count, sizeof *group->kept_at);
        for (size_t i = 0; i < tally->kept_count; i++) {
            group->kept[i] = NULL;
            group->kept_at[i] = INT64_MIN;
        }
    }
    return group;
}

struct tally_group *tally_group(struct tally *tally, const struct slice *parts, size_t count)
{
    const struct tally_index *index = tally->index;
    uint64_t hash = 0;
    for (size_t i = 0; i < count; i++)
        hash = text_hash(hash, parts[i]);
    size_t mask = index->place_count - 1;
    for (size_t place = hash & mask; index->place_count > 0 && index->places[place] != 0; place = (place + 1) & mask) {
        struct tally_group *group = &tally->groups[index->places[place] - 1];
        if (group->hash == hash && has_parts(group, parts, count))
            return group;
    }
    struct tally_group *group = make_group(tally, hash);
    group->key = join(parts, count, &group->key_length);
    return group;
}

/* The newer one is kept, and of two from the same time always the same, whoever comes first. */
static void keep(struct tally_group *group, size_t at, int64_t time, struct slice text)
{
    char *old = group->kept[at];
    if (old != NULL && strlen(old) == text.length && memcmp(old, text.text, text.length) == 0) {
        group->kept_at[at] = time > group->kept_at[at] ? time : group->kept_at[at];
        return;
    }
    if (old != NULL) {
        size_t common = strlen(old) < text.length ? strlen(old) : text.length;
        int order = memcmp(text.text, old, common);
        bool larger = order > 0 || (order == 0 && text.length > common);
        if (time < group->kept_at[at] || (time == group->kept_at[at] && !larger))
            return;
    }
    group->kept[at] = text_grow(old, text.length + 1, 1);
    *(char *)mempcpy(group->kept[at], text.text, text.length) = '\0';
    group->kept_at[at] = time;
}

static uint64_t id_of(struct event_record *record)
{
    return text_hash(0, record_text(record, MEMBER_EVENT_ID));
}

static void follow(struct tally *tally, const struct follower *follower, struct follower *seen)
{
    struct tally_group *group = &tally->groups[seen->group];
    if (follower->is_retry)
        count_add(&group->retries_refused, 1);
    if ((follower->checks & ~(unsigned)seen->checks & LATER_NAME_MATCHED) != 0)
        count_add(&group->checked_later, 1);
    seen->checks |= follower->checks;
}

/* Gives it to the group of its handshake. False where that was not seen. */
static bool find_handshake(struct tally *tally, const struct follower *follower)
{
    struct follower *seen = &tally->index->seen[follower->id >> (64 - SEEN_BITS)];
    if (seen->id != follower->id)
        return false;
    follow(tally, follower, seen);
    return true;
}

static void add_pending(struct tally *tally, const struct follower *follower)
{
    struct tally_index *index = tally->index;
    if (index->pending_count == PENDING_MAX) {
        tally->totals.lone_updates++;
        return;
    }
    if (index->pending_count == index->pending_room) {
        index->pending_room = index->pending_room > 0 ? 2 * index->pending_room : 256;
        index->pending = text_grow(index->pending, index->pending_room, sizeof *index->pending);
    }
    index->pending[index->pending_count++] = *follower;
}

static void add_follower(struct tally *tally, struct event_record *record, bool is_retry)
{
    struct follower follower = {.id = id_of(record), .is_retry = is_retry};
    if (!is_retry)
        follower.checks = (uint16_t)record_checked_later(record);
    if (!find_handshake(tally, &follower))
        add_pending(tally, &follower);
}

static void add_totals(struct tally_totals *totals, struct event_record *record)
{
    totals->events++;
    count_add(&totals->dropped, record_number(record, MEMBER_DROPPED));
    totals->oldest = record->time < totals->oldest ? record->time : totals->oldest;
    totals->newest = record->time > totals->newest ? record->time : totals->newest;
    distinct_add(&totals->hosts, record_text(record, MEMBER_HOST_NAME));
    distinct_add(&totals->programs, record_text(record, MEMBER_EXECUTABLE));
}

void tally_count_alone(struct tally *tally, struct event_record *record)
{
    enum record_kind kind = record_kind(record);
    struct tally_totals *totals = &tally->totals;
    add_totals(totals, record);
    if (kind == RECORD_UPDATE || kind == RECORD_RETRY_REFUSED)
        add_follower(tally, record, kind == RECORD_RETRY_REFUSED);
    totals->updates += kind == RECORD_UPDATE;
    totals->retries_refused += kind == RECORD_RETRY_REFUSED;
    totals->starts += kind == RECORD_START;
    totals->notices += kind == RECORD_NOTICE;
    if (kind == RECORD_NOTICE)
        count_add(&totals->repeated_at_end, record_number(record, MEMBER_REPEATED));
}

void tally_count(struct tally *tally, struct tally_group *group, struct event_record *record)
{
    enum fate fate = record_fate(record);
    uint64_t count = record_count(record);
    struct tally_totals *totals = &tally->totals;
    add_totals(totals, record);
    totals->handshakes++;
    count_add(&totals->by_fate[fate], count);
    count_add(&totals->repeated, count - 1);
    timeline_add(&tally->timeline, record->time, fate, count);

    group->events++;
    count_add(&group->by_fate[fate], count);
    group->first = record->time < group->first ? record->time : group->first;
    group->last = record->time > group->last ? record->time : group->last;
    distinct_add(&group->hosts, record_text(record, MEMBER_HOST_NAME));
    for (size_t i = 0; i < tally->kept_count; i++)
        if (record_has(record, tally->kept[i]))
            keep(group, i, record->time, record_text(record, tally->kept[i]));
    if (fate != FATE_VERIFIED) {
        uint64_t id = id_of(record);
        tally->index->seen[id >> (64 - SEEN_BITS)] =
            (struct follower){.id = id, .group = (uint32_t)(group - tally->groups)};
    }
}

void tally_add(struct tally *tally, struct event_record *record)
{
    struct slice parts[TALLY_PARTS_MAX];
    if (record_kind(record) != RECORD_HANDSHAKE) {
        tally_count_alone(tally, record);
        return;
    }
    for (size_t i = 0; i < tally->by_count; i++)
        parts[i] = record_text(record, tally->by[i]);
    tally_count(tally, tally_group(tally, parts, tally->by_count), record);
}

static void merge_totals(struct tally_totals *totals, const struct tally_totals *other)
{
    totals->events += other->events;
    totals->handshakes += other->handshakes;
    totals->updates += other->updates;
    totals->notices += other->notices;
    totals->starts += other->starts;
    totals->retries_refused += other->retries_refused;
    totals->lone_updates += other->lone_updates;
    for (size_t i = 0; i < FATE_COUNT; i++)
        count_add(&totals->by_fate[i], other->by_fate[i]);
    count_add(&totals->dropped, other->dropped);
    count_add(&totals->repeated, other->repeated);
    count_add(&totals->repeated_at_end, other->repeated_at_end);
    totals->oldest = other->oldest < totals->oldest ? other->oldest : totals->oldest;
    totals->newest = other->newest > totals->newest ? other->newest : totals->newest;
    distinct_merge(&totals->hosts, &other->hosts);
    distinct_merge(&totals->programs, &other->programs);
}

static void merge_group(const struct tally *tally, struct tally_group *group, const struct tally_group *other)
{
    group->events += other->events;
    for (size_t i = 0; i < FATE_COUNT; i++)
        count_add(&group->by_fate[i], other->by_fate[i]);
    count_add(&group->checked_later, other->checked_later);
    count_add(&group->retries_refused, other->retries_refused);
    group->first = other->first < group->first ? other->first : group->first;
    group->last = other->last > group->last ? other->last : group->last;
    distinct_merge(&group->hosts, &other->hosts);
    for (size_t i = 0; i < tally->kept_count; i++)
        if (other->kept[i] != NULL)
            keep(group, i, other->kept_at[i], slice_of(other->kept[i]));
}

static size_t split(const struct tally_group *group, struct slice parts[static TALLY_PARTS_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < group->key_length; at += parts[count++].length + 1)
        parts[count] = slice_of(group->key + at);
    return count;
}

/* What waits here may have its handshake there, and the other way about; those of both are remembered then. */
static void merge_followers(struct tally *tally, struct tally_index *other, const uint32_t *moved)
{
    struct tally_index *index = tally->index;
    size_t waiting = index->pending_count;
    for (size_t i = 0; i < SEEN; i++)
        if (other->seen[i].id != 0)
            other->seen[i].group = moved[other->seen[i].group];
    index->pending_count = 0;
    for (size_t i = 0; i < waiting; i++) {
        struct follower *seen = &other->seen[index->pending[i].id >> (64 - SEEN_BITS)];
        if (seen->id == index->pending[i].id)
            follow(tally, &index->pending[i], seen);
        else
            index->pending[index->pending_count++] = index->pending[i];
    }
    for (size_t i = 0; i < other->pending_count; i++)
        if (!find_handshake(tally, &other->pending[i]))
            add_pending(tally, &other->pending[i]);
    for (size_t i = 0; i < SEEN; i++)
        if (other->seen[i].id != 0)
            index->seen[i] = other->seen[i];
}

void tally_merge(struct tally *tally, struct tally *other)
{
    struct slice parts[TALLY_PARTS_MAX];
    uint32_t *moved = text_grow(NULL, other->group_count + 1, sizeof *moved);
    for (size_t i = 0; i < other->group_count; i++) {
        struct tally_group *group = tally_group(tally, parts, split(&other->groups[i], parts));
        moved[i] = (uint32_t)(group - tally->groups);
        merge_group(tally, group, &other->groups[i]);
    }
    merge_totals(&tally->totals, &other->totals);
    timeline_merge(&tally->timeline, &other->timeline);
    merge_followers(tally, other->index, moved);
    free(moved);
    struct tally empty = tally_new(other->by, other->by_count, other->kept, other->kept_count);
    tally_free(other);
    *other = empty;
}

void tally_finish(struct tally *tally)
{
    struct tally_index *index = tally->index;
    for (size_t i = 0; i < index->pending_count; i++)
        if (!find_handshake(tally, &index->pending[i]))
            tally->totals.lone_updates++;
    free(index->pending);
    index->pending = NULL;
    index->pending_count = index->pending_room = 0;
}

struct slice tally_part(const struct tally_group *group, size_t part)
{
    const char *at = group->key;
    while (part-- > 0)
        at += strlen(at) + 1;
    return slice_of(at);
}

uint64_t tally_handshakes(const struct tally_group *group)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < FATE_COUNT; i++)
        count_add(&sum, group->by_fate[i]);
    return sum;
}

void tally_free(struct tally *tally)
{
    for (size_t i = 0; i < tally->group_count; i++) {
        struct tally_group *group = &tally->groups[i];
        for (size_t j = 0; j < tally->kept_count; j++)
            free(group->kept[j]);
        free(group->kept);
        free(group->kept_at);
        free(group->key);
        distinct_free(&group->hosts);
    }
    free(tally->groups);
    free(tally->index->places);
    free(tally->index->pending);
    free(tally->index);
    distinct_free(&tally->totals.hosts);
    distinct_free(&tally->totals.programs);
    timeline_free(&tally->timeline);
    *tally = (struct tally){.index = NULL};
}
