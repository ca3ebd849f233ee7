#include "log/log_show.h"

#include "events/code_place.h"
#include "events/kind.h"
#include "events/reading.h"
#include "shared/exit_status.h"
#include "shared/text.h"
#include "shared/text_table.h"

#include <stdlib.h>

/* The lines whose event.id begins so. */
struct found {
    const struct log_options *options;
    char **lines;
    size_t count;
};

static bool take(void *context, unsigned worker, struct event_record *record)
{
    struct found *found = context;
    struct slice id = record_text(record, MEMBER_EVENT_ID);
    size_t length = strlen(found->options->id);
    (void)worker;
    if (id.length < length || memcmp(id.text, found->options->id, length) != 0)
        return true;
    if (found->options->as_json) {
        fwrite(record->line.text, 1, record->line.length, stdout);
        fputc('\n', stdout);
    }
    found->lines = text_grow(found->lines, found->count + 1, sizeof *found->lines);
    found->lines[found->count++] = text_format("%.*s", (int)record->line.length, record->line.text);
    return true;
}

static enum colour colour_of(struct event_record *record, enum member member)
{
    if (member == MEMBER_ADVICE || member == MEMBER_MESSAGE)
        return COLOUR_STRONG;
    if (member != MEMBER_ACTION && member != MEMBER_OUTCOME && member != MEMBER_REASON)
        return COLOUR_OFF;
    enum fate fate = record_fate(record);
    return fate == FATE_BLOCKED || fate == FATE_REFUSED       ? COLOUR_BAD
           : fate == FATE_WOULD_BLOCK || fate == FATE_ALLOWED ? COLOUR_WARNING
                                                              : COLOUR_GOOD;
}

/* The end of what fits into so many columns: after a blank where there is one, and never within a letter. */
static size_t line_length(const char *text, size_t room)
{
    size_t shown = 0, blank = 0, i = 0;
    for (; text[i] != '\0'; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80)
            continue;
        if (shown++ == room)
            return blank > 0 ? blank : i;
        if (text[i] == ' ')
            blank = i + 1;
    }
    return i;
}

/* A value that is longer than a line goes on below its beginning. */
static void print_value(const char *text, size_t column, size_t width)
{
    size_t room = width > column + 20 ? width - column : SIZE_MAX;
    for (size_t length; *text != '\0'; text += length) {
        length = line_length(text, room);
        printf("%.*s", (int)length, text);
        if (text[length] != '\0')
            printf("\n%*s", (int)column, "");
    }
}

static void print_member(struct slice name, struct slice value, enum colour colour, size_t column)
{
    char *clean_name = text_clean(name.text, name.length), *clean_value = text_clean(value.text, value.length);
    printf("%s%-*s%s%s", text_colour(stdout, COLOUR_FAINT), (int)column, clean_name, text_colour(stdout, COLOUR_OFF),
           text_colour(stdout, colour));
    print_value(clean_value, column, terminal_width(stdout));
    printf("%s\n", text_colour(stdout, COLOUR_OFF));
    free(clean_name);
    free(clean_value);
}

static void print_texts(struct event_record *record, enum member member, size_t column)
{
    struct slice text;
    size_t at = 0;
    for (const char *name = member_name(member); record_next_text(record, member, &at, &text); name = "")
        print_member(slice_of(name), text, COLOUR_OFF, column);
}

/* What the call site is in the source, where that is known here. */
static void print_code(struct event_record *record, size_t column)
{
    struct slice site = record_text(record, MEMBER_CALL_SITE), program = record_text(record, MEMBER_EXECUTABLE);
    char *place = text_format("%.*s", (int)site.length, site.text);
    char *executable = text_format("%.*s", (int)program.length, program.text);
    struct code_objects *objects = code_objects_new(false);
    struct code_place code = code_place_find(objects, place, executable, record->time);
    char *text = code_place_text(&code, place);
    if (code.file != NULL || code.function != NULL)
        print_member(slice_of(""), slice_of(text), COLOUR_OFF, column);
    free(text);
    code_objects_free(objects);
    free(executable);
    free(place);
}

static size_t column_of(struct event_record *record)
{
    size_t column = 0;
    for (enum member member = 0; member < MEMBER_COUNT; member++) {
        size_t length = strlen(member_name(member));
        if (record_has(record, member) && length > column)
            column = length;
    }
    for (size_t i = 0; i < record->other_count; i++)
        if (record->others[i].name.length > column)
            column = record->others[i].name.length;
    return column + 2;
}

/* `before` is the handshake's event where this one adds to it: what it said is not said again. */
static void print_event(struct event_record *record, struct event_record *before)
{
    size_t column = column_of(record);
    for (enum member member = 0; member < MEMBER_COUNT; member++) {
        bool is_new = before == NULL || !record_has(before, member) ||
                      !slice_equal(record_text(before, member), record_text(record, member));
        if (!record_has(record, member) || !is_new)
            continue;
        if (member_kind(member) == KIND_TEXTS)
            print_texts(record, member, column);
        else
            print_member(slice_of(member_name(member)), record_text(record, member), colour_of(record, member), column);
        if (member == MEMBER_CALL_SITE)
            print_code(record, column);
    }
    for (size_t i = 0; i < record->other_count; i++)
        print_member(record->others[i].name, record_other_at(record, i), COLOUR_OFF, column);
}

/* The handshake first: an update may have been read from another file before it. */
static int by_kind(const void *a, const void *b)
{
    static struct event_record one, other;
    const char *const *line = a, *const *other_line = b;
    record_read(&one, *line, strlen(*line));
    record_read(&other, *other_line, strlen(*other_line));
    bool is_first = record_kind(&one) == RECORD_HANDSHAKE, other_is_first = record_kind(&other) == RECORD_HANDSHAKE;
    if (is_first != other_is_first)
        return is_first ? -1 : 1;
    return (one.time > other.time) - (one.time < other.time);
}

static void print_all(struct found *found)
{
    struct event_record *first = text_grow(NULL, 2, sizeof *first), *next = first + 1;
    if (found->count > 0)
        qsort(found->lines, found->count, sizeof *found->lines, by_kind);
    for (size_t i = 0; i < found->count; i++) {
        struct event_record *record = i == 0 ? first : next;
        record_read(record, found->lines[i], strlen(found->lines[i]));
        bool same = i > 0 && slice_equal(record_text(first, MEMBER_EVENT_ID), record_text(record, MEMBER_EVENT_ID));
        if (i > 0)
            putchar('\n');
        print_event(record, same ? first : NULL);
    }
    free(first);
}

int log_show(const struct log_options *options)
{
    struct found found = {.options = options};
    struct reading reading = {.program = "tlsward log",
                              .sources = options->sources,
                              .source_count = options->source_count,
                              .period = options->period,
                              .workers = 1,
                              .take = take,
                              .context = &found};
    reading_run(&reading);
    if (!options->as_json)
        print_all(&found);
    if (found.count == 0)
        fprintf(stderr, "tlsward log: no event has the id %s\n", options->id);
    reading_print_damage(&reading, stderr);
    int status = reading_is_incomplete(&reading) ? STATUS_INCOMPLETE : found.count == 0 ? STATUS_NEGATIVE : STATUS_OK;
    reading_free(&reading);
    for (size_t i = 0; i < found.count; i++)
        free(found.lines[i]);
    free(found.lines);
    return status;
}
