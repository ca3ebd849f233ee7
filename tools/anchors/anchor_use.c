#include "anchors/anchor_use.h"

#include "events/kind.h"
#include "policy/policy.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

static void note(struct anchor_use **uses, size_t *count, struct slice subject, struct event_record *record)
{
    if (subject.length == 0)
        return;
    char *text = text_clean(subject.text, subject.length);
    struct anchor_use *use = (struct anchor_use *)anchor_use_find(*uses, *count, text);
    if (use == NULL) {
        *uses = text_grow(*uses, *count + 1, sizeof **uses);
        use = &(*uses)[(*count)++];
        *use = (struct anchor_use){.subject = text, .last = INT64_MIN};
    } else
        free(text);
    use->count += record_count(record);
    if (record->time > use->last)
        use->last = record->time;
}

static bool take(void *context, unsigned worker, struct event_record *record)
{
    struct anchor_uses *uses = context;
    (void)worker;
    if (uses->program != NULL && !slice_is(record_text(record, MEMBER_EXECUTABLE), uses->program))
        return true;
    if (record_kind(record) != RECORD_HANDSHAKE)
        return true;
    uses->events++;
    if (slice_is(record_text(record, MEMBER_REASON), reason_text(REASON_NOT_TRUSTED)))
        note(&uses->refused, &uses->refused_count, record_text(record, MEMBER_ISSUER), record);
    else
        note(&uses->used, &uses->used_count, record_text(record, MEMBER_ANCHOR_SUBJECT), record);
    return true;
}

bool anchor_uses_read(struct anchor_uses *uses, char *const *sources, size_t count)
{
    struct reading reading = {.program = "tlsward trust",
                              .sources = sources,
                              .source_count = count,
                              .period = period_all(),
                              .workers = 1,
                              .take = take,
                              .context = uses};
    reading_run(&reading);
    reading_print_damage(&reading, stderr);
    bool complete = !reading_is_incomplete(&reading);
    reading_free(&reading);
    return complete;
}

const struct anchor_use *anchor_use_find(const struct anchor_use *uses, size_t count, const char *subject)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(uses[i].subject, subject) == 0)
            return &uses[i];
    return NULL;
}

static void free_uses(struct anchor_use *uses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(uses[i].subject);
    free(uses);
}

void anchor_uses_free(struct anchor_uses *uses)
{
    free_uses(uses->used, uses->used_count);
    free_uses(uses->refused, uses->refused_count);
}
