#include "log/log_line.h"

#include "shared/text_table.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { WORD_WIDTH = 13, ID_WIDTH = 8 };

static char *clean(struct slice text)
{
    return text_clean(text.text, text.length);
}

/* Takes `more` over; what is empty adds nothing. */
static void append(char **text, const char *between, char *more)
{
    if (*more != '\0') {
        char *longer = text_format("%s%s%s", *text, **text != '\0' ? between : "", more);
        free(*text);
        *text = longer;
    }
    free(more);
}

static char *labelled(const char *label, struct slice text)
{
    char *safe = clean(text);
    char *all = text_format("%s%s", text.length > 0 ? label : "", safe);
    free(safe);
    return all;
}

static char *program_of(struct event_record *record)
{
    char *program = clean(record_text(record, MEMBER_EXECUTABLE));
    append(&program, " ", clean(record_text(record, MEMBER_SCRIPT)));
    return program;
}

/* The name that was meant and its port, or the address. */
static char *destination_of(struct event_record *record)
{
    struct slice name = record_text(record, MEMBER_SERVER_ADDRESS);
    bool bracket = name.length > 0 && memchr(name.text, ':', name.length) != NULL;
    char *safe = clean(name);
    uint64_t port = record_number(record, MEMBER_SERVER_PORT);
    char *destination = text_format("%s%s%s", bracket ? "[" : "", safe, bracket ? "]" : "");
    if (port > 0)
        append(&destination, "", text_format(":%" PRIu64, port));
    free(safe);
    return destination;
}

/* Why, by which rule, how often. */
static char *detail_of(struct event_record *record)
{
    char *detail = clean(record_text(record, MEMBER_REASON));
    uint64_t repeated = record_number(record, MEMBER_REPEATED);
    append(&detail, " (", labelled("", record_text(record, MEMBER_X509_ERROR_TEXT)));
    if (record_has(record, MEMBER_X509_ERROR_TEXT))
        append(&detail, "", text_format(")"));
    append(&detail, ", ", clean(record_text(record, MEMBER_FINDING)));
    append(&detail, ", ", labelled("rule ", record_text(record, MEMBER_RULE)));
    if (repeated > 0)
        append(&detail, ", ", text_format("%" PRIu64 " more before", repeated));
    return detail;
}

/* What should be done, or what else is said. */
static char *advice_of(struct event_record *record)
{
    return clean(record_text(record, record_has(record, MEMBER_ADVICE) ? MEMBER_ADVICE : MEMBER_MESSAGE));
}

static const char *word_of(struct event_record *record, enum colour *colour)
{
    static const enum colour colours[FATE_COUNT] = {
        [FATE_VERIFIED] = COLOUR_GOOD,       [FATE_BY_POLICY] = COLOUR_GOOD, [FATE_ALLOWED] = COLOUR_WARNING,
        [FATE_WOULD_BLOCK] = COLOUR_WARNING, [FATE_BLOCKED] = COLOUR_BAD,    [FATE_REFUSED] = COLOUR_BAD,
    };
    enum record_kind kind = record_kind(record);
    if (kind == RECORD_HANDSHAKE) {
        enum fate fate = record_fate(record);
        *colour = colours[fate];
        return fate_text(fate);
    }
    *colour = kind == RECORD_RETRY_REFUSED ? COLOUR_BAD : COLOUR_FAINT;
    return kind == RECORD_RETRY_REFUSED ? "retry-refused"
           : kind == RECORD_UPDATE      ? "update"
           : kind == RECORD_START       ? "start"
           : kind == RECORD_NOTICE      ? "notice"
                                        : "other";
}

struct log_line log_line_make(struct event_record *record)
{
    struct log_line line = {
        .time = record->time,
        .host = clean(record_text(record, MEMBER_HOST_NAME)),
        .program = program_of(record),
        .destination = destination_of(record),
        .detail = detail_of(record),
        .advice = advice_of(record),
    };
    line.word = word_of(record, &line.colour);
    char *id = clean(record_text(record, MEMBER_EVENT_ID));
    snprintf(line.id, sizeof line.id, "%s", id);
    free(id);
    if (record_kind(record) == RECORD_UPDATE)
        log_line_update(&line, record);
    return line;
}

void log_line_update(struct log_line *line, struct event_record *record)
{
    free(line->later);
    line->later = clean(record_text(record, MEMBER_APP_CHECKED_LATER));
}

/* Where the columns of a terminal are: the narrower it is, the less there is besides the verdict and its reason. */
struct layout {
    const char *time;
    size_t time_width, id, host, program, destination, rest;
};

static size_t between(size_t least, size_t wanted, size_t most)
{
    return wanted < least ? least : wanted > most ? most : wanted;
}

static bool is_this_host(const char *name)
{
    char own[HOST_NAME_MAX + 1] = "";
    return gethostname(own, sizeof own - 1) == 0 && strcmp(own, name) == 0;
}

static struct layout layout_of(const struct log_line *line, size_t width)
{
    struct layout layout = {
        "%Y-%m-%d %H:%M:%S",           19,      ID_WIDTH, text_width(line->host), text_width(line->program),
        text_width(line->destination), SIZE_MAX};
    if (width == SIZE_MAX)
        return layout;
    if (width < 100) {
        layout.time = "%m-%d %H:%M:%S";
        layout.time_width = 14;
        layout.id = 0;
    }
    layout.host = width >= 120 && layout.host > 0 && !is_this_host(line->host) ? 12 : 0;
    layout.program = between(10, width / 9, 24);
    layout.destination = between(16, width / 5, 40);
    size_t used = layout.time_width + 2 + WORD_WIDTH + 2 + layout.program + 2 + layout.destination + 2 +
                  (layout.id > 0 ? layout.id + 2 : 0) + (layout.host > 0 ? layout.host + 2 : 0);
    layout.rest = width > used ? width - used : 0;
    return layout;
}

/* In the local time zone, as people compare it with a clock. */
static void print_time(FILE *out, int64_t time, const char *format)
{
    time_t seconds = (time_t)(time / 1000 - (time % 1000 < 0 ? 1 : 0));
    struct tm local;
    char text[64] = "?";
    if (localtime_r(&seconds, &local) != NULL)
        strftime(text, sizeof text, format, &local);
    fputs(text, out);
}

/* Nothing where the column has no place. */
static void print_column(FILE *out, const char *text, size_t width, enum colour colour)
{
    if (width == 0)
        return;
    fputs(text_colour(out, colour), out);
    text_print_fitted(out, text, width);
    fprintf(out, "%s  ", colour != COLOUR_OFF ? text_colour(out, COLOUR_OFF) : "");
}

/* Where a path does not fit, the name of the file tells most. */
static const char *shortened(const char *program, size_t width)
{
    const char *blank = strchr(program, ' '), *slash = NULL;
    for (const char *c = program; *c != '\0' && c != blank; c++)
        slash = *c == '/' ? c : slash;
    return text_width(program) > width && slash != NULL ? slash + 1 : program;
}

/* The end is cut, as what comes first counts most. */
static void print_start(FILE *out, const char *text, size_t width)
{
    size_t shown = 0;
    const char *end = text;
    if (text_width(text) <= width) {
        fputs(text, out);
        return;
    }
    while (shown < width) {
        shown += ((unsigned char)*end & 0xc0) != 0x80;
        if (shown == width)
            break;
        end++;
    }
    fprintf(out, "%.*s%s", (int)(end - text), text, width > 0 ? "…" : "");
}

void log_line_print(const struct log_line *line, FILE *out, size_t width)
{
    struct layout layout = layout_of(line, width);
    char *rest = text_format("%s", line->detail);
    if (line->later != NULL)
        append(&rest, "; ", text_format("then %s", line->later));
    append(&rest, "; ", text_format("%s", line->advice));
    char id[ID_WIDTH + 1];
    snprintf(id, sizeof id, "%.*s", ID_WIDTH, line->id);
    print_time(out, line->time, layout.time);
    fputs("  ", out);
    print_column(out, id, layout.id, COLOUR_FAINT);
    print_column(out, line->word, WORD_WIDTH, line->colour);
    print_column(out, line->host, layout.host, COLOUR_OFF);
    print_column(out, shortened(line->program, layout.program), layout.program, COLOUR_OFF);
    print_column(out, line->destination, layout.destination, COLOUR_OFF);
    print_start(out, rest, layout.rest);
    fputc('\n', out);
    free(rest);
}

void log_line_free(struct log_line *line)
{
    free(line->host);
    free(line->program);
    free(line->destination);
    free(line->detail);
    free(line->advice);
    free(line->later);
}
