#include "draft/failure.h"

#include "events/count.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

/* What a rule can tell apart, and the reason. */
static const enum member by[] = {MEMBER_EXECUTABLE,    MEMBER_SCRIPT,    MEMBER_UNIT,        MEMBER_USER_ID,
                                 MEMBER_EXPECTED_NAME, MEMBER_SERVER_IP, MEMBER_SERVER_PORT, MEMBER_REASON};
enum { PARTS = sizeof by / sizeof by[0] };

/* A server has one name and may have many addresses: they are told apart where there is no name. */
static struct slice part_of(struct event_record *record, enum member member)
{
    bool spared = member == MEMBER_SERVER_IP && record_has(record, MEMBER_EXPECTED_NAME);
    return spared ? (struct slice){"", 0} : record_text(record, member);
}

static char *key_of(struct event_record *record)
{
    size_t length = 0;
    for (size_t i = 0; i < PARTS; i++)
        length += part_of(record, by[i]).length + 1;
    char *key = text_grow(NULL, length + 1, 1), *at = key;
    for (size_t i = 0; i < PARTS; i++) {
        struct slice part = part_of(record, by[i]);
        if (part.length > 0)
            memcpy(at, part.text, part.length);
        at += part.length;
        *at++ = '\n'; /* stands in none of them unescaped, and would only part what is one */
    }
    *at = '\0';
    return key;
}

static size_t slot_of(const struct failures *failures, const char *key)
{
    size_t slot = text_hash(0, slice_of(key)) & (failures->room - 1);
    while (failures->index[slot] != 0 && strcmp(failures->items[failures->index[slot] - 1].key, key) != 0)
        slot = (slot + 1) & (failures->room - 1);
    return slot;
}

static void make_room(struct failures *failures)
{
    enum { FIRST = 64 };
    if (2 * (failures->count + 1) < failures->room)
        return;
    failures->room = failures->room > 0 ? 2 * failures->room : FIRST;
    failures->index = text_grow(failures->index, failures->room, sizeof *failures->index);
    memset(failures->index, 0, failures->room * sizeof *failures->index);
    for (size_t i = 0; i < failures->count; i++)
        failures->index[slot_of(failures, failures->items[i].key)] = (uint32_t)i + 1;
}

/* Takes the key over. */
static struct failure *find(struct failures *failures, char *key, int64_t time)
{
    make_room(failures);
    size_t slot = slot_of(failures, key);
    if (failures->index[slot] != 0) {
        free(key);
        return &failures->items[failures->index[slot] - 1];
    }
    failures->items = text_grow(failures->items, failures->count + 1, sizeof *failures->items);
    failures->items[failures->count] = (struct failure){.key = key, .first = time, .last = time};
    failures->index[slot] = (uint32_t)++failures->count;
    return &failures->items[failures->count - 1];
}

static void keep_sample(struct failure *failure, struct event_record *record)
{
    struct slice key = record_text(record, MEMBER_PUBLIC_KEY_PIN);
    size_t at = 0;
    while (at < failure->sample_count && !slice_is(key, failure->keys[at]))
        at++;
    if (at == FAILURE_SAMPLES) {
        failure->more_samples = true;
        return;
    }
    if (at == failure->sample_count)
        failure->keys[failure->sample_count++] = text_format("%.*s", (int)key.length, key.length > 0 ? key.text : "");
    else
        free(failure->samples[at]);
    failure->samples[at] = text_format("%.*s", (int)record->line.length, record->line.text);
}

void failures_add(struct failures *failures, struct event_record *record)
{
    if (record_kind(record) != RECORD_HANDSHAKE)
        return;
    enum fate fate = record_fate(record);
    count_add(&failures->handshakes, record_count(record));
    if (fate != FATE_WOULD_BLOCK && fate != FATE_BLOCKED)
        return;
    struct failure *failure = find(failures, key_of(record), record->time);
    count_add(&failure->count, record_count(record));
    failure->first = record->time < failure->first ? record->time : failure->first;
    failure->last = record->time > failure->last ? record->time : failure->last;
    if (record_has(record, MEMBER_HOST_NAME))
        distinct_add(&failure->hosts, record_text(record, MEMBER_HOST_NAME));
    keep_sample(failure, record);
}

static int by_count(const void *a, const void *b)
{
    const struct failure *one = a, *other = b;
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return strcmp(one->key, other->key);
}

void failures_sort(struct failures *failures)
{
    if (failures->count > 0)
        qsort(failures->items, failures->count, sizeof *failures->items, by_count);
}

void failures_free(struct failures *failures)
{
    for (size_t i = 0; i < failures->count; i++) {
        struct failure *failure = &failures->items[i];
        for (size_t j = 0; j < failure->sample_count; j++) {
            free(failure->samples[j]);
            free(failure->keys[j]);
        }
        distinct_free(&failure->hosts);
        free(failure->key);
    }
    free(failures->items);
    free(failures->index);
}
