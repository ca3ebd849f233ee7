/*
 * The files that events.jsonl was rotated to: events.jsonl-20261129035012123, with the time in UTC, and the same with
 * ".zst" behind it once it is compressed. tlsward's other subcommands read them in this order, and each event once at
 * any time.
 */
#ifndef TLSWARD_COLLECT_ARCHIVE_H
#define TLSWARD_COLLECT_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

/* What there is. */
struct archive_state {
    uint64_t files, bytes; /* with events.jsonl */
    uint64_t removed_files, removed_events;
};

/* Gives events.jsonl the name of a rotated file. False with errno. */
bool archive_rotate(int directory, int64_t now);

/* Compresses those that are not yet, the oldest first. False with errno where one could not be: it stays as it is. */
bool archive_compress(int directory);

/*
 * Removes the oldest rotated files until all files together have no more than `size` bytes, and those whose last event
 * came before `oldest` (milliseconds since 1970); adds to *state what was removed, and says what there is then.
 */
void archive_bound(int directory, uint64_t size, int64_t oldest, struct archive_state *state);

#endif
