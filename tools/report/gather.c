#include "report/gather.h"

#include "shared/text.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct columns {
    enum member by[TALLY_PARTS_MAX];
    size_t by_count;
    enum member kept[TALLY_KEPT_MAX];
    size_t kept_count;
};

static const struct columns columns[GATHERED_COUNT] = {
    [BY_CONNECTION] = {{MEMBER_EXECUTABLE, MEMBER_SCRIPT, MEMBER_SERVER_ADDRESS, MEMBER_SERVER_PORT, MEMBER_FINDING,
                        MEMBER_REASON},
                       6,
                       {MEMBER_RULE, MEMBER_APP_VERIFY, MEMBER_ADVICE, MEMBER_LIBRARY},
                       4},
    [BY_CERTIFICATE] = {{MEMBER_SHA256},
                        1,
                        {MEMBER_SUBJECT, MEMBER_ISSUER, MEMBER_NOT_BEFORE, MEMBER_NOT_AFTER,
                         MEMBER_PUBLIC_KEY_ALGORITHM, MEMBER_PUBLIC_KEY_SIZE, MEMBER_PUBLIC_KEY_CURVE,
                         MEMBER_SIGNATURE_ALGORITHM, MEMBER_SERVER_ADDRESS, MEMBER_SERVER_PORT, MEMBER_SERIAL_NUMBER,
                         MEMBER_ANCHOR_SUBJECT, MEMBER_ANCHOR_FILE},
                        13},
    [BY_EXCHANGE] = {{MEMBER_KEY_EXCHANGE_GROUP, MEMBER_PROTOCOL_VERSION, MEMBER_CIPHER}, 3, {0}, 0},
    [BY_CALL_SITE] = {{MEMBER_CALL_SITE, MEMBER_EXECUTABLE, MEMBER_FINDING}, 3, {0}, 0},
    [BY_RULE] = {{MEMBER_RULE}, 1, {0}, 0},
};

static struct gathering gathering_new(enum member choice, bool by_destination)
{
    struct gathering gathering = {.choice = choice, .by_destination = by_destination};
    for (int i = 0; i < BY_CHOICE; i++)
        gathering.tallies[i] = tally_new(columns[i].by, columns[i].by_count, columns[i].kept, columns[i].kept_count);
    const enum member by[] = {choice, MEMBER_SERVER_PORT};
    gathering.tallies[BY_CHOICE] = tally_new(by, choice == MEMBER_COUNT ? 0 : 1 + by_destination, NULL, 0);
    for (int i = 1; i < GATHERED_COUNT; i++) {
        tally_share_texts(&gathering.tallies[i], &gathering.tallies[0]);
        gathering.tallies[i].handshakes_only = true;
    }
    return gathering;
}

/* Only what verification would have changed has a call site that is worth a look. */
static bool is_wanted(enum gathered what, struct event_record *record)
{
    switch (what) {
    case BY_CONNECTION:
        return true;
    case BY_CERTIFICATE:
        return record_kind(record) == RECORD_HANDSHAKE && record_has(record, MEMBER_SHA256);
    case BY_CALL_SITE:
        return record_kind(record) == RECORD_HANDSHAKE && record_has(record, MEMBER_CALL_SITE) &&
               record_fate(record) != FATE_VERIFIED;
    default:
        return record_kind(record) == RECORD_HANDSHAKE;
    }
}

/* What the workers count together, and each for a while. */
struct gatherers {
    pthread_mutex_t lock; /* of `whole` */
    struct gathering whole;
    struct gathering parts[READING_WORKERS_MAX];
};

/*
 * So many groups may be a worker's own: more would be kept by each of them, and fewer would be merged too often where
 * most events are of few groups.
 */
enum { PART_GROUPS_MAX = 4096 };

/* The tally that owns the texts is the last one. */
static void merge(struct gatherers *gatherers, struct gathering *part)
{
    pthread_mutex_lock(&gatherers->lock);
    for (int i = GATHERED_COUNT; i-- > 0;)
        tally_merge(&gatherers->whole.tallies[i], &part->tallies[i]);
    pthread_mutex_unlock(&gatherers->lock);
}

static bool take(void *context, unsigned worker, struct event_record *record)
{
    struct gatherers *gatherers = context;
    struct gathering *gathering = &gatherers->parts[worker];
    size_t groups = 0;
    for (int i = 0; i < GATHERED_COUNT; i++) {
        if ((i != BY_CHOICE || gathering->choice != MEMBER_COUNT) && is_wanted((enum gathered)i, record))
            tally_add(&gathering->tallies[i], record);
        groups += gathering->tallies[i].group_count;
    }
    if (groups > PART_GROUPS_MAX)
        merge(gatherers, gathering);
    return true;
}

struct gathering gather(struct reading *reading, enum member choice, bool by_destination)
{
    struct gatherers gatherers = {.lock = PTHREAD_MUTEX_INITIALIZER, .whole = gathering_new(choice, by_destination)};
    for (size_t i = 0; i < READING_WORKERS_MAX; i++)
        gatherers.parts[i] = gathering_new(choice, by_destination);
    reading->take = take;
    reading->context = &gatherers;
    reading_run(reading);
    for (size_t i = 0; i < READING_WORKERS_MAX; i++) {
        merge(&gatherers, &gatherers.parts[i]);
        gathering_free(&gatherers.parts[i]);
    }
    for (int i = 0; i < GATHERED_COUNT; i++) {
        tally_finish(&gatherers.whole.tallies[i]);
        gather_sort(&gatherers.whole.tallies[i]);
    }
    malloc_trim(0); /* what the workers had, so that what is printed from has its place */
    return gatherers.whole;
}

uint64_t gather_failed(const struct tally_group *group)
{
    return tally_fate(group, FATE_WOULD_BLOCK) + tally_fate(group, FATE_BLOCKED);
}

uint64_t gather_unverified(const struct tally_group *group)
{
    uint64_t unverified = tally_handshakes(group) - tally_fate(group, FATE_VERIFIED) - tally_fate(group, FATE_REFUSED);
    /* Some compare the name themselves when the handshake is over, as curl does. */
    uint64_t passed = group->checked_later < tally_fate(group, FATE_BY_POLICY) ? group->checked_later
                                                                               : tally_fate(group, FATE_BY_POLICY);
    return unverified - passed;
}

static int descending(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int by_weight(const void *a, const void *b)
{
    const struct tally_group *one = a, *other = b;
    int order = descending(gather_failed(one), gather_failed(other));
    if (order == 0)
        order = descending(gather_unverified(one), gather_unverified(other));
    if (order == 0)
        order = descending(tally_handshakes(one), tally_handshakes(other));
    return order != 0 ? order : tally_compare_keys(one, other);
}

void gather_sort(struct tally *tally)
{
    if (tally->group_count > 0)
        qsort(tally->groups, tally->group_count, sizeof *tally->groups, by_weight);
}

const char *gather_part(const struct tally_group *group, size_t part)
{
    return tally_part(group, part).text; /* each part has a NUL behind it */
}

const char *gather_kept(const struct tally_group *group, size_t at)
{
    return tally_kept(group, at);
}

void gathering_free(struct gathering *gathering)
{
    for (int i = GATHERED_COUNT; i-- > 0;)
        tally_free(&gathering->tallies[i]);
}
