/*
 * tlsward's lines in the journal. libsystemd is opened when it is needed, so that the command runs where it is not.
 */
#ifndef TLSWARD_JOURNAL_H
#define TLSWARD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

/*
 * From `since` (milliseconds since 1970) on. `directory` holds the journal's files, as of another machine; NULL: this
 * machine's. NULL with *problem, which the caller frees, where there is none.
 */
struct journal *journal_open(const char *directory, int64_t since, char **problem);

/* The next line, without a newline, which lives until the next call: 1; 0 where there is none now; -1 with *problem. */
int journal_next(struct journal *journal, const char **line, size_t *length, char **problem);

/* Waits until there may be more, but no longer than so. */
void journal_wait(struct journal *journal, unsigned milliseconds);

void journal_close(struct journal *journal);

#endif
