#include "events/reading.h"

#include "events/by_time.h"
#include "events/progress.h"
#include "events/reading_line.h"
#include "events/source.h"
#include "events/source_list.h"
#include "shared/text.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the workers share; the lock guards all of it. */
struct work {
    struct reading *reading;
    struct source_list list;
    size_t next;           /* of the list, to be opened */
    struct source *source; /* the open one, or NULL */
    struct progress progress;
    bool ended; /* no more is wanted */
    pthread_mutex_t lock;
};

struct worker {
    struct work *work;
    unsigned number;
    struct reading own; /* what came of its part */
    struct event_record *record;
    pthread_t thread;
};

static void fail(struct work *work, const char *name, const char *problem)
{
    progress_clear(&work->progress);
    fprintf(stderr, "%s: %s: %s\n", work->reading->program, name, problem);
    work->reading->failed_sources++;
}

static bool open_next(struct work *work)
{
    while (work->source == NULL && work->next < work->list.count) {
        char *problem;
        const char *name = work->list.names[work->next++];
        work->source = source_open(name, work->reading->period.since, false, &problem);
        if (work->source == NULL)
            fail(work, name, problem);
        free(problem);
    }
    return work->source != NULL;
}

static void close_source(struct work *work, enum source_state state)
{
    uint64_t size;
    uint64_t taken = source_progress(work->source, &size);
    if (state == SOURCE_FAILED)
        fail(work, source_name(work->source), source_problem(work->source));
    work->reading->bytes += taken;
    progress_close(&work->progress, taken);
    source_close(work->source);
    work->source = NULL;
}

/* The next lines, for one worker. `lines->source` is a name in the list: it outlives the source. */
static bool next_lines(struct work *work, struct lines *lines)
{
    bool found = false;
    pthread_mutex_lock(&work->lock);
    while (!found && !work->ended && open_next(work)) {
        enum source_state state = source_read(work->source, lines);
        found = state == SOURCE_LINES;
        lines->source = work->list.names[work->next - 1];
        uint64_t size;
        if (found)
            progress_show(&work->progress, source_progress(work->source, &size));
        else
            close_source(work, state);
    }
    pthread_mutex_unlock(&work->lock);
    return found;
}

static bool take_lines(struct worker *worker, const struct lines *lines)
{
    const struct reading *asked = worker->work->reading;
    struct reading_place place = {.source = lines->source, .line = lines->first};
    size_t at = 0;
    for (struct slice line; lines_next(lines, &at, &line); place.line++) {
        place.is_unfinished = lines->unfinished && at >= lines->length;
        if (reading_line(&worker->own, asked, worker->record, &place, line) &&
            !asked->take(asked->context, worker->number, worker->record))
            return false;
    }
    return true;
}

static void *run_worker(void *argument)
{
    struct worker *worker = argument;
    struct lines lines = {.data = NULL};
    worker->record = text_grow(NULL, 1, sizeof *worker->record);
    bool wanted = true;
    while (wanted && next_lines(worker->work, &lines))
        wanted = take_lines(worker, &lines);
    if (!wanted) {
        pthread_mutex_lock(&worker->work->lock);
        worker->work->ended = true;
        pthread_mutex_unlock(&worker->work->lock);
    }
    free(worker->record);
    free(lines.data);
    return NULL;
}

static void add_result(struct reading *reading, struct reading *part)
{
    reading->events += part->events;
    reading->outside += part->outside;
    reading->foreign += part->foreign;
    reading->unknown_schema += part->unknown_schema;
    reading->unfinished += part->unfinished;
    reading->damaged += part->damaged;
    for (size_t i = 0; i < part->damage_count; i++) {
        if (reading->damage_count < READING_DAMAGE_NAMED)
            reading->damage[reading->damage_count++] = part->damage[i];
        else
            free(part->damage[i].source);
    }
}

static unsigned count_workers(const struct reading *reading)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned wanted = reading->workers > 0 ? reading->workers : (unsigned)(processors > 0 ? processors : 1);
    return wanted < READING_WORKERS_MAX ? wanted : READING_WORKERS_MAX;
}

/* Where no thread can be had, this one does the work alone. */
static void run_workers(struct work *work)
{
    struct worker workers[READING_WORKERS_MAX];
    unsigned count = count_workers(work->reading), started = 1;
    for (unsigned i = 0; i < count; i++)
        workers[i] = (struct worker){.work = work, .number = i};
    while (started < count && pthread_create(&workers[started].thread, NULL, run_worker, &workers[started]) == 0)
        started++;
    run_worker(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (unsigned i = 0; i < started; i++)
        add_result(work->reading, &workers[i].own);
}

static int by_line(const void *a, const void *b)
{
    const struct damaged_line *one = a, *other = b;
    int order = strcmp(one->source, other->source);
    return order != 0 ? order : (one->line > other->line) - (one->line < other->line);
}

bool reading_run(struct reading *reading)
{
    struct work work = {.reading = reading, .lock = PTHREAD_MUTEX_INITIALIZER};
    char *problem;
    if (source_list_make(reading->sources, reading->source_count, &work.list, &problem)) {
        if (reading->by_time) {
            reading_by_time(reading, &work.list);
        } else {
            progress_start(&work.progress, reading->program, work.list.names, work.list.count);
            run_workers(&work);
            progress_clear(&work.progress);
        }
        qsort(reading->damage, reading->damage_count, sizeof *reading->damage, by_line);
    } else {
        fprintf(stderr, "%s: %s\n", reading->program, problem);
        free(problem);
        reading->failed_sources++;
    }
    if (work.source != NULL)
        close_source(&work, SOURCE_END);
    source_list_free(&work.list);
    return reading->failed_sources == 0;
}

bool reading_is_incomplete(const struct reading *reading)
{
    return reading->failed_sources > 0 || reading->damaged > 0 || reading->unknown_schema > 0;
}

void reading_print_damage(const struct reading *reading, FILE *out)
{
    for (size_t i = 0; i < reading->damage_count; i++) {
        const struct damaged_line *line = &reading->damage[i];
        fprintf(out, "%s: %s:%" PRIu64 ": %s\n", reading->program, line->source, line->line, line->why);
    }
    if (reading->damaged > reading->damage_count)
        fprintf(out, "%s: %" PRIu64 " damaged lines in all\n", reading->program, reading->damaged);
    if (reading->unknown_schema > 0)
        fprintf(out, "%s: %" PRIu64 " events of another schema than 1 are left out: a newer tlsward wrote them\n",
                reading->program, reading->unknown_schema);
}

void reading_free(struct reading *reading)
{
    for (size_t i = 0; i < reading->damage_count; i++)
        free(reading->damage[i].source);
    reading->damage_count = 0;
}
