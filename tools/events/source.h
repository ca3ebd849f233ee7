/*
 * One place that events are read from: a file, standard input, the journal. It is read in whole lines, many at once.
 */
#ifndef TLSWARD_SOURCE_H
#define TLSWARD_SOURCE_H

#include "events/slice.h"

#include <stdint.h>

struct source;

/* Some whole lines, and where they are from. The buffer is the caller's, who frees it, and is used again. */
struct lines {
    char *data;
    size_t length, size;
    uint64_t first;  /* the number of the first line, from 1 on */
    bool unfinished; /* the last one has no newline: the file ends there */
    const char *source;
};

enum source_state {
    SOURCE_LINES,
    SOURCE_END,   /* no more now: a file may grow, and asking again is allowed */
    SOURCE_FAILED /* source_problem(); what was read before is good */
};

/*
 * "-" is standard input, "journal" the journal of this machine, "journal:DIRECTORY" one in files; everything else is a
 * file. `since`, in milliseconds since 1970, spares a journal's older entries. `follows`: a line without an end is kept
 * until its end is written. NULL with *problem, which the caller frees.
 */
struct source *source_open(const char *name, int64_t since, bool follows, char **problem);

enum source_state source_read(struct source *source, struct lines *lines);

/*
 * After SOURCE_END, where a file is followed: opens it again where another one has its name now, and starts again where
 * it became shorter. True where there may be more to read.
 */
bool source_renew(struct source *source);

/* True where nothing can be read now and more may come: reading would wait for it. */
bool source_would_wait(const struct source *source);

/* True where more may come after SOURCE_END: a file may grow, a journal goes on; a pipe without a writer is over. */
bool source_can_grow(const struct source *source);

/* Waits a while, at most so long, until it makes sense to ask again. */
void source_wait(struct source *source, unsigned milliseconds);

const char *source_name(const struct source *source);
const char *source_problem(const struct source *source);

/* How much of it was read, and how much there is, in bytes of the file; *size 0 where nobody knows. */
uint64_t source_progress(const struct source *source, uint64_t *size);

void source_close(struct source *source);

/* The next line of some lines, without its newline; *at goes from 0 on. False after the last. */
bool lines_next(const struct lines *lines, size_t *at, struct slice *line);

#endif
