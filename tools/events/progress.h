/*
 * How far a long reading is, on a terminal; nothing is said elsewhere, and nothing of what is short.
 */
#ifndef TLSWARD_PROGRESS_H
#define TLSWARD_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    const char *program;
    bool shown;      /* standard error is a terminal */
    bool on_screen;  /* there is a line to be cleared */
    uint64_t all;    /* bytes of all files; 0: nobody knows */
    uint64_t closed; /* of files that were read to the end */
    int64_t told;    /* when, in milliseconds */
};

void progress_start(struct progress *progress, const char *program, char *const *files, size_t count);

/* So many bytes of the open file were read. */
void progress_show(struct progress *progress, uint64_t taken);

/* A file was read to the end, which took so many bytes. */
void progress_close(struct progress *progress, uint64_t taken);

/* Before anything else is written. */
void progress_clear(struct progress *progress);

#endif
