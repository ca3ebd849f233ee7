#include "events/by_time.h"

#include "events/progress.h"
#include "events/reading_line.h"
#include "events/source.h"
#include "shared/text.h"

#include <stdlib.h>
#include <time.h>

/* How long what is followed is left alone when there was nothing new. */
enum { WAIT_MILLISECONDS = 200 };

/* One log: its files, one after the other, and the event that comes next. */
struct log {
    char *const *names;
    size_t count, next;
    struct source *source;
    struct lines lines;
    size_t at;
    uint64_t line;
    struct event_record *record;
    bool has_event;
    bool ended; /* nothing more comes */
};

struct logs {
    struct reading *reading;
    struct log *items;
    size_t count;
    struct progress progress;
    bool unwanted;
};

static void fail(struct logs *logs, const char *name, const char *problem)
{
    progress_clear(&logs->progress);
    fprintf(stderr, "%s: %s: %s\n", logs->reading->program, name, problem);
    logs->reading->failed_sources++;
}

static bool idle(struct logs *logs)
{
    progress_clear(&logs->progress);
    if (logs->reading->idle != NULL && !logs->reading->idle(logs->reading->context))
        logs->unwanted = true;
    return !logs->unwanted;
}

static void open_next(struct logs *logs, struct log *log)
{
    char *problem;
    const char *name = log->names[log->next++];
    bool follows = logs->reading->follow && log->next == log->count;
    log->source = source_open(name, logs->reading->period.since, follows, &problem);
    if (log->source == NULL)
        fail(logs, name, problem);
    free(problem);
}

static void close_source(struct logs *logs, struct log *log)
{
    uint64_t size, taken = source_progress(log->source, &size);
    logs->reading->bytes += taken;
    progress_close(&logs->progress, taken);
    source_close(log->source);
    log->source = NULL;
}

/* More lines of the open source. False where there are none now. */
static bool read_lines(struct logs *logs, struct log *log)
{
    uint64_t size;
    if (source_would_wait(log->source) && !idle(logs))
        return false;
    enum source_state state = source_read(log->source, &log->lines);
    log->at = 0;
    log->line = log->lines.first;
    if (state == SOURCE_LINES) {
        progress_show(&logs->progress, source_progress(log->source, &size));
        return true;
    }
    if (state == SOURCE_FAILED)
        fail(logs, source_name(log->source), source_problem(log->source));
    bool is_last = log->next == log->count;
    if (state == SOURCE_FAILED || !is_last || !logs->reading->follow || !source_can_grow(log->source))
        close_source(logs, log);
    return false;
}

/* The next event of the lines that were read. */
static bool next_event(struct logs *logs, struct log *log)
{
    struct slice line;
    while (lines_next(&log->lines, &log->at, &line)) {
        struct reading_place place = {.source = log->lines.source, .line = log->line++};
        place.is_unfinished = log->lines.unfinished && log->at >= log->lines.length;
        if (reading_line(logs->reading, logs->reading, log->record, &place, line))
            return true;
    }
    return false;
}

static void advance(struct logs *logs, struct log *log)
{
    while (!log->has_event && !log->ended && !logs->unwanted) {
        log->has_event = next_event(logs, log);
        if (log->has_event)
            return;
        if (log->source == NULL && log->next < log->count)
            open_next(logs, log);
        if (log->source != NULL && !read_lines(logs, log) && log->source != NULL)
            return; /* it is followed, and has nothing now */
        log->ended = log->source == NULL && log->next == log->count;
    }
}

/* The log whose next event is the oldest, or NULL where no log has one now. */
static struct log *oldest(struct logs *logs)
{
    struct log *found = NULL;
    for (size_t i = 0; i < logs->count; i++) {
        struct log *log = &logs->items[i];
        advance(logs, log);
        if (log->has_event && (found == NULL || log->record->time < found->record->time))
            found = log;
    }
    return found;
}

/* Waits for more. False where none can come. */
static bool wait(struct logs *logs)
{
    size_t open = 0;
    struct log *last = NULL;
    for (size_t i = 0; i < logs->count; i++)
        if (!logs->items[i].ended) {
            last = &logs->items[i];
            open++;
        }
    if (open == 0 || !idle(logs))
        return false;
    if (open == 1) {
        source_wait(last->source, WAIT_MILLISECONDS);
    } else {
        struct timespec time = {.tv_nsec = WAIT_MILLISECONDS * 1000000L};
        nanosleep(&time, NULL);
    }
    for (size_t i = 0; i < logs->count; i++)
        if (!logs->items[i].ended)
            source_renew(logs->items[i].source);
    return true;
}

static void take_all(struct logs *logs)
{
    struct reading *reading = logs->reading;
    while (!logs->unwanted) {
        struct log *log = oldest(logs);
        if (log != NULL) {
            log->has_event = false;
            logs->unwanted = logs->unwanted || !reading->take(reading->context, 0, log->record);
        } else if (!wait(logs)) {
            return;
        }
    }
}

static void split(struct logs *logs, const struct source_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0 && source_list_same_log(list->names[i - 1], list->names[i])) {
            logs->items[logs->count - 1].count++;
            continue;
        }
        logs->items = text_grow(logs->items, logs->count + 1, sizeof *logs->items);
        logs->items[logs->count++] = (struct log){
            .names = &list->names[i], .count = 1, .record = text_grow(NULL, 1, sizeof *logs->items->record)};
    }
}

void reading_by_time(struct reading *reading, const struct source_list *list)
{
    struct logs logs = {.reading = reading};
    split(&logs, list);
    progress_start(&logs.progress, reading->program, list->names, list->count);
    take_all(&logs);
    progress_clear(&logs.progress);
    for (size_t i = 0; i < logs.count; i++) {
        if (logs.items[i].source != NULL)
            close_source(&logs, &logs.items[i]);
        free(logs.items[i].record);
        free(logs.items[i].lines.data);
    }
    free(logs.items);
}
