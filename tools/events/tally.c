#include "events/tally.h"

#include "events/count.h"
#include "events/sender_claim.h"
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
    struct follower *seen; /* SEEN of them, or NULL for none */
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
    tally.texts = text_grow(NULL, 1, sizeof *tally.texts);
    *tally.texts = (struct text_store){.count = 0};
    return tally;
}

void tally_share_texts(struct tally *tally, struct tally *owner)
{
    free(tally->texts);
    tally->texts = owner->texts;
    tally->texts_are_shared = true;
}

/* Where a group's numbers begin. */
enum { PART_COUNT_AT, HASH_AT, PARTS_AT };

static uint32_t part_count(const struct tally_group *group)
{
    return group->numbers[PART_COUNT_AT];
}

static uint32_t *kept_number(const struct tally_group *group, size_t at)
{
    return &group->numbers[PARTS_AT + part_count(group) + at];
}

static const char *part_text(const struct tally_group *group, size_t part)
{
    return text_store_text(group->texts, group->numbers[PARTS_AT + part]);
}

static void place_group(struct tally_index *index, uint32_t hash, size_t group)
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
        place_group(index, tally->groups[i].numbers[HASH_AT], i);
}

static bool has_parts(const struct tally_group *group, const struct slice *parts, size_t count)
{
    bool same = part_count(group) == count;
    for (size_t i = 0; same && i < count; i++)
        same = slice_is(parts[i], part_text(group, i));
    return same;
}

static struct tally_group *make_group(struct tally *tally, uint32_t hash, const struct slice *parts, size_t count)
{
    make_places(tally);
    struct tally_group *group = &tally->groups[tally->group_count];
    place_group(tally->index, hash, tally->group_count++);
    *group = (struct tally_group){.texts = tally->texts, .first = INT64_MAX, .last = INT64_MIN};
    group->numbers = text_store_numbers(tally->texts, PARTS_AT + count + tally->kept_count);
    group->numbers[PART_COUNT_AT] = (uint32_t)count;
    group->numbers[HASH_AT] = hash;
    for (size_t i = 0; i < count; i++)
        group->numbers[PARTS_AT + i] = text_store_add(tally->texts, parts[i]);
    for (size_t i = 0; i < tally->kept_count; i++)
        *kept_number(group, i) = 0;
    return group;
}

struct tally_group *tally_group(struct tally *tally, const struct slice *parts, size_t count)
{
    const struct tally_index *index = tally->index;
    uint64_t long_hash = 0;
    for (size_t i = 0; i < count; i++)
        long_hash = text_hash(long_hash, parts[i]);
    uint32_t hash = (uint32_t)long_hash;
    size_t mask = index->place_count - 1;
    for (size_t place = hash & mask; index->place_count > 0 && index->places[place] != 0; place = (place + 1) & mask) {
        struct tally_group *group = &tally->groups[index->places[place] - 1];
        if (group->numbers[HASH_AT] == hash && has_parts(group, parts, count))
            return group;
    }
    return make_group(tally, hash, parts, count);
}

/* Of which members, as bits, something is kept. */
static uint32_t kept_members(const struct tally *tally, const struct tally_group *group)
{
    uint32_t members = 0;
    for (size_t i = 0; i < tally->kept_count; i++)
        members |= (uint32_t)(*kept_number(group, i) != 0) << i;
    return members;
}

/* Before something of this time is kept, each member gets a time of its own, unless they will all be of `last` again.
 */
static void part_times(const struct tally *tally, struct tally_group *group, int64_t time, uint32_t members)
{
    uint32_t had = kept_members(tally, group);
    uint32_t apart = time >= group->last ? had & ~members : members & ~had;
    if (group->kept_at != NULL || apart == 0)
        return;
    group->kept_at = text_grow(NULL, tally->kept_count, sizeof *group->kept_at);
    for (size_t i = 0; i < tally->kept_count; i++)
        group->kept_at[i] = (had >> i & 1) != 0 ? group->last : INT64_MIN;
}

static int compare(struct slice one, struct slice other)
{
    int order = memcmp(one.text, other.text, one.length < other.length ? one.length : other.length);
    return order != 0 ? order : (one.length > other.length) - (one.length < other.length);
}

/* The newer one is kept, and of two from the same time always the same, whoever comes first. */
static void keep(struct tally *tally, struct tally_group *group, size_t at, int64_t time, struct slice text)
{
    uint32_t *number = kept_number(group, at);
    int64_t old_time = group->kept_at != NULL ? group->kept_at[at] : group->last;
    if (*number != 0 && time < old_time)
        return;
    if (group->kept_at != NULL)
        group->kept_at[at] = time;
    int order = *number != 0 ? compare(text, slice_of(text_store_text(tally->texts, *number))) : 1;
    if (order > 0 || (order < 0 && time > old_time))
        *number = text_store_add(tally->texts, text);
}

static void keep_members(struct tally *tally, struct tally_group *group, struct event_record *record)
{
    uint32_t members = 0;
    for (size_t i = 0; i < tally->kept_count; i++)
        members |= (uint32_t)record_has(record, tally->kept[i]) << i;
    part_times(tally, group, record->time, members);
    for (size_t i = 0; i < tally->kept_count; i++)
        if ((members >> i & 1) != 0)
            keep(tally, group, i, record->time, record_text(record, tally->kept[i]));
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

static struct follower *find_seen(const struct tally_index *index, uint64_t id)
{
    struct follower *seen = index->seen != NULL ? &index->seen[id >> (64 - SEEN_BITS)] : NULL;
    return seen != NULL && seen->id == id ? seen : NULL;
}

static void remember(struct tally *tally, const struct follower *handshake)
{
    struct tally_index *index = tally->index;
    if (tally->handshakes_only)
        return;
    if (index->seen == NULL) {
        index->seen = text_grow(NULL, SEEN, sizeof *index->seen);
        memset(index->seen, 0, SEEN * sizeof *index->seen);
    }
    index->seen[handshake->id >> (64 - SEEN_BITS)] = *handshake;
}

/* Gives it to the group of its handshake. False where that was not seen. */
static bool find_handshake(struct tally *tally, const struct follower *follower)
{
    struct follower *seen = find_seen(tally->index, follower->id);
    if (seen == NULL)
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
    totals->of_another_user += record_claims_another(record);
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
    tally_add_fate(group, fate, count);
    group->first = record->time < group->first ? record->time : group->first;
    keep_members(tally, group, record);
    group->last = record->time > group->last ? record->time : group->last;
    distinct_add(&group->hosts, record_text(record, MEMBER_HOST_NAME));
    if (fate != FATE_VERIFIED)
        remember(tally, &(struct follower){.id = id_of(record), .group = (uint32_t)(group - tally->groups)});
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
    totals->of_another_user += other->of_another_user;
    count_add(&totals->repeated, other->repeated);
    count_add(&totals->repeated_at_end, other->repeated_at_end);
    totals->oldest = other->oldest < totals->oldest ? other->oldest : totals->oldest;
    totals->newest = other->newest > totals->newest ? other->newest : totals->newest;
    distinct_merge(&totals->hosts, &other->hosts);
    distinct_merge(&totals->programs, &other->programs);
}

/* Whatever is kept of the other one is from its `last`, or each from a time of its own. */
static void merge_kept(struct tally *tally, struct tally_group *group, const struct tally_group *other)
{
    uint32_t members = kept_members(tally, other);
    for (size_t i = 0; i < tally->kept_count; i++) {
        if ((members >> i & 1) == 0)
            continue;
        int64_t time = other->kept_at != NULL ? other->kept_at[i] : other->last;
        part_times(tally, group, time, other->kept_at != NULL ? 1u << i : members);
        keep(tally, group, i, time, slice_of(text_store_text(other->texts, *kept_number(other, i))));
    }
}

static void merge_group(struct tally *tally, struct tally_group *group, const struct tally_group *other)
{
    group->events += other->events;
    for (size_t i = 0; i < FATE_COUNT; i++)
        tally_add_fate(group, (enum fate)i, tally_fate(other, (enum fate)i));
    count_add(&group->checked_later, other->checked_later);
    count_add(&group->retries_refused, other->retries_refused);
    merge_kept(tally, group, other);
    group->first = other->first < group->first ? other->first : group->first;
    group->last = other->last > group->last ? other->last : group->last;
    distinct_merge(&group->hosts, &other->hosts);
}

static size_t split(const struct tally_group *group, struct slice parts[static TALLY_PARTS_MAX])
{
    for (size_t i = 0; i < part_count(group); i++)
        parts[i] = tally_part(group, i);
    return part_count(group);
}

/* What waits here may have its handshake there, and the other way about; those of both are remembered then. */
static void merge_followers(struct tally *tally, struct tally_index *other, const uint32_t *moved)
{
    struct tally_index *index = tally->index;
    size_t waiting = index->pending_count;
    for (size_t i = 0; other->seen != NULL && i < SEEN; i++)
        if (other->seen[i].id != 0)
            other->seen[i].group = moved[other->seen[i].group];
    index->pending_count = 0;
    for (size_t i = 0; i < waiting; i++) {
        struct follower *seen = find_seen(other, index->pending[i].id);
        if (seen != NULL)
            follow(tally, &index->pending[i], seen);
        else
            index->pending[index->pending_count++] = index->pending[i];
    }
    for (size_t i = 0; i < other->pending_count; i++)
        if (!find_handshake(tally, &other->pending[i]))
            add_pending(tally, &other->pending[i]);
    for (size_t i = 0; other->seen != NULL && i < SEEN; i++)
        if (other->seen[i].id != 0)
            remember(tally, &other->seen[i]);
}

/* Everything but who is counted, and where texts are. */
static void empty(struct tally *tally)
{
    struct tally_index *index = tally->index;
    for (size_t i = 0; i < tally->group_count; i++) {
        free(tally->groups[i].many);
        free(tally->groups[i].kept_at);
        distinct_free(&tally->groups[i].hosts);
    }
    free(tally->groups);
    free(index->places);
    free(index->seen);
    free(index->pending);
    *index = (struct tally_index){.places = NULL};
    distinct_free(&tally->totals.hosts);
    distinct_free(&tally->totals.programs);
    timeline_free(&tally->timeline);
    if (!tally->texts_are_shared)
        text_store_free(tally->texts);
    tally->groups = NULL;
    tally->group_count = 0;
    tally->totals = (struct tally_totals){.oldest = INT64_MAX, .newest = INT64_MIN};
    tally->timeline = (struct timeline){.count = 0};
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
    empty(other);
}

void tally_finish(struct tally *tally)
{
    struct tally_index *index = tally->index;
    for (size_t i = 0; i < index->pending_count; i++)
        if (!find_handshake(tally, &index->pending[i]))
            tally->totals.lone_updates++;
    free(index->pending);
    free(index->seen);
    free(index->places);
    *index = (struct tally_index){.places = NULL};
}

struct slice tally_part(const struct tally_group *group, size_t part)
{
    return slice_of(part_text(group, part));
}

const char *tally_kept(const struct tally_group *group, size_t at)
{
    return text_store_text(group->texts, *kept_number(group, at));
}

int tally_compare_keys(const struct tally_group *one, const struct tally_group *other)
{
    int order = 0;
    for (size_t i = 0; order == 0 && i < part_count(one) && i < part_count(other); i++)
        order = strcmp(part_text(one, i), part_text(other, i));
    return order;
}

uint64_t tally_fate(const struct tally_group *group, enum fate fate)
{
    return group->many != NULL ? group->many[fate] : group->few[fate];
}

/* Of a hundred thousand groups few have so many handshakes that half of the memory would not do. */
void tally_add_fate(struct tally_group *group, enum fate fate, uint64_t more)
{
    if (group->many == NULL && more <= UINT32_MAX - group->few[fate]) {
        group->few[fate] += (uint32_t)more;
        return;
    }
    if (group->many == NULL) {
        group->many = text_grow(NULL, FATE_COUNT, sizeof *group->many);
        for (size_t i = 0; i < FATE_COUNT; i++)
            group->many[i] = group->few[i];
    }
    count_add(&group->many[fate], more);
}

uint64_t tally_handshakes(const struct tally_group *group)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < FATE_COUNT; i++)
        count_add(&sum, tally_fate(group, (enum fate)i));
    return sum;
}

void tally_free(struct tally *tally)
{
    empty(tally);
    if (!tally->texts_are_shared)
        free(tally->texts);
    free(tally->index);
    *tally = (struct tally){.index = NULL};
}
