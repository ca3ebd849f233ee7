#include "events/reading_line.h"

#include "shared/text.h"

static void note_damage(struct reading *reading, const char *source, uint64_t line, const char *why)
{
    reading->damaged++;
    if (reading->damage_count < READING_DAMAGE_NAMED)
        reading->damage[reading->damage_count++] = (struct damaged_line){text_format("%s", source), line, why};
}

/* A line of a syslog daemon begins with its priority or with a time; others' lines are not damaged ones of ours. */
static bool is_foreign(struct slice line)
{
    bool framed = line.length > 0 && (*line.text == '<' || (*line.text >= '0' && *line.text <= '9') ||
                                      (*line.text >= 'A' && *line.text <= 'Z'));
    return framed && memmem(line.text, line.length, "{\"@timestamp\"", 13) == NULL;
}

/* Without what a syslog daemon puts before the message (RFC 3164, RFC 5424). */
static struct slice without_frame(struct slice line)
{
    if (line.length == 0 || *line.text == '{')
        return line;
    const char *start = memmem(line.text, line.length, "{\"", 2);
    size_t skipped = start != NULL ? (size_t)(start - line.text) : 0;
    return (struct slice){line.text + skipped, line.length - skipped};
}

static bool is_wanted(struct reading *counts, const struct reading *asked, struct event_record *record)
{
    if (record_number(record, MEMBER_SCHEMA) != 1) {
        counts->unknown_schema++;
        return false;
    }
    if (!period_has(&asked->period, record->time)) {
        counts->outside++;
        return false;
    }
    counts->events++;
    return true;
}

bool reading_line(struct reading *counts, const struct reading *asked, struct event_record *record,
                  const struct reading_place *place, struct slice line)
{
    if (line.length == 0)
        return false;
    struct slice object = without_frame(line);
    if (record_read(record, object.text, object.length))
        return is_wanted(counts, asked, record);
    if (is_foreign(line))
        counts->foreign++;
    else if (place->is_unfinished)
        counts->unfinished++;
    else
        note_damage(counts, place->source, place->line, record->damage);
    return false;
}
