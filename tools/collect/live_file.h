/*
 * The file that events are appended to, events.jsonl, as whole lines: whoever reads it or follows it never sees a part.
 */
#ifndef TLSWARD_COLLECT_LIVE_FILE_H
#define TLSWARD_COLLECT_LIVE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_FILE_NAME "events.jsonl"

struct live_file {
    int directory; /* the caller's */
    int fd;        /* -1: it could not be opened */
    uint64_t inode, length;
    uint64_t lines;  /* since it was opened here, and those it had */
    int64_t started; /* when it was made, in milliseconds since 1970 */
};

/*
 * Opens or makes it, and cuts off a line that was not finished when a machine lost its power: it counts as not written.
 * False with errno.
 */
bool live_file_open(struct live_file *file, int directory);

/* The lines behind the first `length` bytes. */
uint64_t live_file_lines_behind(const struct live_file *file, uint64_t length);

/*
 * Appends all of these bytes, which are whole lines, or nothing: what did not fit on the disk is cut off again. False
 * with errno.
 */
bool live_file_append(struct live_file *file, const char *lines, size_t length, uint64_t count);

/* Whether the name still leads to the open file; where nothing leads to it any more, *removed. */
bool live_file_is_there(const struct live_file *file, bool *removed);

void live_file_close(struct live_file *file);

#endif
