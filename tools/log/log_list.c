#include "log/log_list.h"

#include "events/reading.h"
#include "log/log_line.h"
#include "policy/pattern.h"
#include "shared/exit_status.h"
#include "shared/text_table.h"

#include <stdlib.h>

enum {
    WAITING_MAX = 256, /* so many lines wait for updates of their handshakes while there is more to be read */
    LAST_LINES = 10    /* so many of what is there already are shown where it is followed */
};

struct list {
    const struct log_options *options;
    struct log_line waiting[WAITING_MAX];
    size_t count;
    bool caught_up; /* what was there when it began is read */
};

static void print_first(struct list *list, size_t count)
{
    size_t width = terminal_width(stdout);
    for (size_t i = 0; i < count; i++) {
        log_line_print(&list->waiting[i], stdout, width);
        log_line_free(&list->waiting[i]);
    }
    list->count -= count;
    memmove(list->waiting, list->waiting + count, list->count * sizeof *list->waiting);
}

/* Of what was there before, only the last lines are of interest to who wants to see what comes. */
static bool shows_the_last_only(const struct list *list)
{
    return list->options->follow && !list->caught_up && list->options->period.since == INT64_MIN;
}

static void forget_first(struct list *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        log_line_free(&list->waiting[i]);
    list->count -= count;
    memmove(list->waiting, list->waiting + count, list->count * sizeof *list->waiting);
}

static struct log_line *find(struct list *list, struct event_record *record)
{
    struct slice id = record_text(record, MEMBER_EVENT_ID);
    for (size_t i = list->count; i-- > 0;)
        if (slice_is(id, list->waiting[i].id))
            return &list->waiting[i];
    return NULL;
}

/* As a whole path, or as the file's name alone where the pattern has no slash. */
static bool is_program(const char *pattern, struct event_record *record)
{
    struct slice text = record_text(record, MEMBER_EXECUTABLE);
    char *path = text_format("%.*s", (int)text.length, text.text);
    const char *slash = strrchr(path, '/');
    bool matches =
        glob_match(pattern, path) || (strchr(pattern, '/') == NULL && slash != NULL && glob_match(pattern, slash + 1));
    free(path);
    return matches;
}

static bool is_blocked(struct event_record *record)
{
    enum record_kind kind = record_kind(record);
    if (kind != RECORD_HANDSHAKE)
        return kind == RECORD_RETRY_REFUSED;
    enum fate fate = record_fate(record);
    return fate == FATE_WOULD_BLOCK || fate == FATE_BLOCKED || fate == FATE_REFUSED;
}

static bool is_asked_for(const struct log_options *options, struct event_record *record)
{
    return (!options->blocked || is_blocked(record)) &&
           (options->program == NULL || is_program(options->program, record));
}

static bool print_json(struct event_record *record)
{
    fwrite(record->line.text, 1, record->line.length, stdout);
    return fputc('\n', stdout) != EOF;
}

static bool add(void *context, unsigned worker, struct event_record *record)
{
    struct list *list = context;
    (void)worker;
    if (list->options->as_json)
        return !is_asked_for(list->options, record) || print_json(record);
    struct log_line *handshake = record_kind(record) == RECORD_UPDATE ? find(list, record) : NULL;
    if (handshake != NULL) {
        log_line_update(handshake, record);
        return true;
    }
    if (!is_asked_for(list->options, record))
        return true;
    if (list->count == WAITING_MAX && shows_the_last_only(list))
        forget_first(list, WAITING_MAX - LAST_LINES);
    else if (list->count == WAITING_MAX)
        print_first(list, WAITING_MAX / 2);
    list->waiting[list->count++] = log_line_make(record);
    return !ferror(stdout);
}

static bool idle(void *context)
{
    struct list *list = context;
    if (shows_the_last_only(list) && list->count > LAST_LINES)
        forget_first(list, list->count - LAST_LINES);
    list->caught_up = true;
    print_first(list, list->count);
    return fflush(stdout) == 0;
}

int log_list(const struct log_options *options)
{
    struct list *list = text_grow(NULL, 1, sizeof *list);
    list->options = options;
    list->count = 0;
    list->caught_up = false;
    struct reading reading = {.program = "tlsward log",
                              .sources = options->sources,
                              .source_count = options->source_count,
                              .period = options->period,
                              .take = add,
                              .context = list,
                              .by_time = true,
                              .follow = options->follow,
                              .idle = idle};
    reading_run(&reading);
    print_first(list, list->count);
    free(list);
    reading_print_damage(&reading, stderr);
    bool incomplete = reading_is_incomplete(&reading);
    reading_free(&reading);
    return incomplete ? STATUS_INCOMPLETE : STATUS_OK;
}
