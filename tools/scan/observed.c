#include "scan/observed.h"

#include "events/count.h"
#include "events/distinct.h"
#include "events/kind.h"
#include "events/timestamp.h"
#include "process/base_name.h"
#include "shared/text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    KEYS_OF_FINDING = 8,
    KEYS_OF_EVENT = 5, /* its process, script, program, unit and the unit's template */
    REMEMBERED = 4096  /* so many handshakes may still be told more of; a power of two */
};

/* Something that events may tell of: "script /opt/x.py". */
struct sighting {
    char *key;
    uint64_t handshakes;
    int64_t last; /* milliseconds since 1970 */
};

/* A handshake that counted: by its event.id, an update finds it. */
struct remembered {
    uint64_t id; /* its hash; 0: none */
    uint64_t count;
    struct sighting *counted[KEYS_OF_EVENT];
};

struct observing {
    struct sighting *sightings; /* by their keys */
    size_t count;
    char host[HOST_NAME_MAX + 1];
    struct remembered remembered[REMEMBERED];
};

static void add(struct observing *observing, char *key)
{
    if ((observing->count & (observing->count - 1)) == 0)
        observing->sightings = text_grow(observing->sightings, observing->count == 0 ? 1 : 2 * observing->count,
                                         sizeof *observing->sightings);
    observing->sightings[observing->count++] = (struct sighting){.key = key};
}

static bool ends_in(const char *text, size_t length, const char *end)
{
    size_t size = strlen(end);
    return length > size && memcmp(text + length - size, end, size) == 0;
}

/* Of x.service and of what is in x.service.d; NULL of another file. */
static char *unit_of(const char *path)
{
    const char *name = base_name(path), *start = name;
    size_t length = strlen(name);
    if (!ends_in(name, length, ".service") && name > path + 1) {
        for (start = name - 1; start > path && start[-1] != '/'; start--)
            ;
        length = (size_t)(name - 1 - start);
        length -= ends_in(start, length, ".service.d") ? 2 : 0;
    }
    return ends_in(start, length, ".service") ? text_format("unit %.*s", (int)length, start) : NULL;
}

/* As the programs of an image, or of this host, know it. */
static char *path_of(const struct scan_finding *finding, const char *image)
{
    char *real = realpath(finding->shown, NULL), *path = NULL;
    size_t length = image != NULL ? strlen(image) : 0;
    if (real != NULL && length > 1 && strncmp(real, image, length) == 0 && real[length] == '/')
        path = text_format("%s", real + length);
    else
        path = text_format("%s", real != NULL ? real : finding->shown);
    free(real);
    return path;
}

/* In a script an option is one of its program, whoever runs it: nobody knows who started a program. */
static size_t add_programs(const struct scan_rule *rule, char **keys, size_t room)
{
    size_t count = 0;
    for (const char *name = rule->form == FORM_OPTION ? rule->names : NULL; name != NULL && count < room;) {
        keys[count++] = text_format("program %.*s", (int)strcspn(name, "|"), name);
        name = strchr(name, '|');
        name += name != NULL;
    }
    return count;
}

/* What says most first; the caller frees them. */
static size_t keys_of(const struct scan_finding *finding, const char *image, char *keys[static KEYS_OF_FINDING])
{
    size_t count = 0;
    if (finding->pid != 0) {
        keys[count++] = text_format("process %d, %s", (int)finding->pid, finding->shown);
        return count;
    }
    char *path = path_of(finding, image);
    keys[count++] = text_format("script %s", path);
    keys[count] = unit_of(path);
    count += keys[count] != NULL;
    free(path);
    return count + add_programs(finding->rule, keys + count, KEYS_OF_FINDING - count);
}

static int compare(const void *left, const void *right)
{
    const struct sighting *one = left, *other = right;
    return strcmp(one->key, other->key);
}

static struct sighting *find(const struct observing *observing, const char *key)
{
    const struct sighting wanted = {.key = (char *)key};
    return observing->count == 0 ? NULL
                                 : bsearch(&wanted, observing->sightings, observing->count, sizeof wanted, compare);
}

static void list_keys(struct observing *observing, const struct scan_findings *findings, const char *image)
{
    char *keys[KEYS_OF_FINDING];
    for (size_t i = 0; i < findings->count; i++)
        for (size_t left = keys_of(&findings->items[i], image, keys); left > 0; left--)
            add(observing, keys[left - 1]);
    if (observing->count == 0)
        return;
    qsort(observing->sightings, observing->count, sizeof *observing->sightings, compare);
    size_t kept = 1;
    for (size_t i = 1; i < observing->count; i++)
        if (strcmp(observing->sightings[i].key, observing->sightings[kept - 1].key) != 0)
            observing->sightings[kept++] = observing->sightings[i];
        else
            free(observing->sightings[i].key);
    observing->count = kept;
}

/* `key` is taken over. */
static struct sighting *look_up(const struct observing *observing, char *key)
{
    struct sighting *found = key != NULL ? find(observing, key) : NULL;
    free(key);
    return found;
}

static char *key_of_member(const char *kind, struct event_record *record, enum member member)
{
    struct slice text = record_text(record, member);
    return text.length > 0 ? text_format("%s %.*s", kind, (int)text.length, text.text) : NULL;
}

/* A process of another host has its number by chance. */
static char *key_of_process(const struct observing *observing, struct event_record *record)
{
    struct slice host = record_text(record, MEMBER_HOST_NAME), program = record_text(record, MEMBER_EXECUTABLE);
    if (program.length == 0 || (host.length > 0 && !slice_is(host, observing->host)))
        return NULL;
    return text_format("process %" PRIu64 ", %.*s", record_number(record, MEMBER_PID), (int)program.length,
                       program.text);
}

static char *key_of_program(struct event_record *record)
{
    struct slice program = record_text(record, MEMBER_EXECUTABLE);
    const char *slash = program.length > 0 ? memrchr(program.text, '/', program.length) : NULL;
    if (slash == NULL)
        return NULL;
    return text_format("program %.*s", (int)(program.text + program.length - slash - 1), slash + 1);
}

/* a@b.service is started from the file a@.service. */
static char *key_of_template(struct event_record *record)
{
    static const char end[] = ".service";
    struct slice unit = record_text(record, MEMBER_UNIT);
    const char *at = unit.length > 0 ? memchr(unit.text, '@', unit.length) : NULL;
    return at != NULL && ends_in(unit.text, unit.length, end)
               ? text_format("unit %.*s%s", (int)(at + 1 - unit.text), unit.text, end)
               : NULL;
}

static struct remembered *place_of(struct observing *observing, struct event_record *record, uint64_t *id)
{
    *id = text_hash(0, record_text(record, MEMBER_EVENT_ID)) | 1;
    return &observing->remembered[(*id >> 1) & (REMEMBERED - 1)];
}

static void count(struct observing *observing, struct event_record *record)
{
    uint64_t id;
    struct remembered *remembered = place_of(observing, record, &id);
    *remembered = (struct remembered){
        id,
        record_count(record),
        {look_up(observing, key_of_process(observing, record)),
         look_up(observing, key_of_member("script", record, MEMBER_SCRIPT)), look_up(observing, key_of_program(record)),
         look_up(observing, key_of_member("unit", record, MEMBER_UNIT)), look_up(observing, key_of_template(record))}};
    for (size_t i = 0; i < KEYS_OF_EVENT; i++) {
        struct sighting *sighting = remembered->counted[i];
        if (sighting == NULL)
            continue;
        count_add(&sighting->handshakes, remembered->count);
        sighting->last = record->time > sighting->last ? record->time : sighting->last;
    }
}

/* It read the names itself: whether it compared them well is not known, but that it skips verification is not either.
 */
static void take_back(struct observing *observing, struct event_record *record)
{
    uint64_t id;
    struct remembered *remembered = place_of(observing, record, &id);
    if (remembered->id != id)
        return;
    for (size_t i = 0; i < KEYS_OF_EVENT; i++)
        if (remembered->counted[i] != NULL)
            remembered->counted[i]->handshakes -= remembered->count;
    remembered->id = 0;
}

static bool take(void *context, unsigned worker, struct event_record *record)
{
    struct observing *observing = context;
    enum record_kind kind = record_kind(record);
    struct slice demanded = record_text(record, MEMBER_APP_VERIFY);
    (void)worker;
    if (kind == RECORD_HANDSHAKE && (slice_is(demanded, "none") || slice_is(demanded, "ca")))
        count(observing, record);
    else if (kind == RECORD_UPDATE && (record_checked_later(record) & (LATER_NAMES | LATER_NAME_MATCHED)) != 0)
        take_back(observing, record);
    return true;
}

static void note(const struct observing *observing, struct scan_finding *finding, const char *image)
{
    char *keys[KEYS_OF_FINDING];
    size_t key_count = keys_of(finding, image, keys);
    for (size_t i = 0; i < key_count; i++) {
        const struct sighting *sighting = find(observing, keys[i]);
        if (finding->observed == NULL && sighting->handshakes > 0) {
            finding->observed = keys[i];
            finding->handshakes = sighting->handshakes;
            finding->last = sighting->last;
        } else {
            free(keys[i]);
        }
    }
}

bool observed_read(struct scan_findings *findings, const char *image, struct reading *reading)
{
    struct observing *observing = text_grow(NULL, 1, sizeof *observing);
    memset(observing, 0, sizeof *observing);
    gethostname(observing->host, sizeof observing->host - 1);
    list_keys(observing, findings, image);
    reading->workers = 1;
    reading->take = take;
    reading->context = observing;
    reading_run(reading);
    reading_print_damage(reading, stderr);
    for (size_t i = 0; i < findings->count; i++)
        note(observing, &findings->items[i], image);
    for (size_t i = 0; i < observing->count; i++)
        free(observing->sightings[i].key);
    free(observing->sightings);
    free(observing);
    return !reading_is_incomplete(reading);
}

char *observed_sentence(const struct scan_finding *finding)
{
    char last[TIMESTAMP_SIZE];
    if (finding->observed == NULL)
        return NULL;
    return text_format("seen: %s made %" PRIu64 " handshake%s without verifying, the last %s", finding->observed,
                       finding->handshakes, finding->handshakes == 1 ? "" : "s", timestamp_write(finding->last, last));
}
