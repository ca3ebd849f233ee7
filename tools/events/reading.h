/*
 * All events of some sources, one after the other: what report, draft and replay begin with.
 *
 *     struct reading reading = {.program = "tlsward report", .sources = argv + optind, .source_count = ...,
 *                               .period = period_all(), .take = add, .context = &mine};
 *     if (!reading_run(&reading)) ... a source could not be read: said on standard error, the others were read
 *
 * `take` is called for each event that is in the period: with `workers` of 1 in the order of the sources, with 0 by as
 * many threads as there are processors, in no order; `worker` then says which of them asks, from 0 to
 * READING_WORKERS_MAX - 1, so that each has a tally of its own and needs no lock:
 *
 *     static bool add(void *context, unsigned worker, struct event_record *record)
 *     {
 *         struct mine *mine = context;
 *         tally_add(&mine->tallies[worker], record);
 *         return true;
 *     }
 *
 * The record and its texts are gone when `take` returns.
 */
#ifndef TLSWARD_READING_H
#define TLSWARD_READING_H

#include "events/period.h"
#include "events/record.h"

#include <stdio.h>

/* Each worker may have all groups in a tally of its own, and two read faster than a disk. */
#define READING_WORKERS_MAX 2

/* So many damaged lines are named; all are counted. */
#define READING_DAMAGE_NAMED 10

/* Hands the event over; false where no more are wanted. */
typedef bool reading_take(void *context, unsigned worker, struct event_record *record);

struct damaged_line {
    char *source;
    uint64_t line;   /* from 1 on; in the journal, of the entries that were read */
    const char *why; /* lives for ever */
};

struct reading {
    /* What is asked for. */
    const char *program;  /* for messages: "tlsward report" */
    char *const *sources; /* as source_list.h explains them; none: where the policy's `log` leads */
    size_t source_count;
    struct period period;
    unsigned workers; /* 0: one for each processor */
    reading_take *take;
    void *context;

    /*
     * One worker, and the events of all sources in the order of their times; each source is in that order itself.
     * `follow`: goes on with what is written later, until it is wanted no more. `idle` may be NULL; it is called before
     * there is something to be waited for, and returns false where no more is wanted.
     */
    bool by_time, follow;
    bool (*idle)(void *context);

    /* What came of it. */
    uint64_t bytes;          /* as they are in files, compressed or not */
    uint64_t events;         /* in the period */
    uint64_t outside;        /* events before or after it */
    uint64_t foreign;        /* lines of others in a log that a syslog daemon writes */
    uint64_t unknown_schema; /* events of a schema other than 1, which nobody can understand here: not handed over */
    uint64_t unfinished;     /* last lines without an end: they are being written, or the disk was full */
    uint64_t damaged;
    struct damaged_line damage[READING_DAMAGE_NAMED]; /* the first of each source */
    size_t damage_count;
    unsigned failed_sources;
};

/* Reads all. False where a source could not be opened or read; why is said on standard error, and the others are read.
 */
bool reading_run(struct reading *reading);

/* Whether something was not understood: damaged lines, an unknown schema, sources that could not be read. */
bool reading_is_incomplete(const struct reading *reading);

/* Says what was not understood, a line for each, nothing where all was. */
void reading_print_damage(const struct reading *reading, FILE *out);

void reading_free(struct reading *reading);

#endif
