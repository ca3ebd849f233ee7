/*
 * How far a scan is, in one line of a terminal; nothing elsewhere, and nothing of what is short.
 */
#ifndef TLSWARD_SCAN_PROGRESS_H
#define TLSWARD_SCAN_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_progress {
    const char *what;
    size_t all;
    bool shown; /* standard error is a terminal */
    atomic_size_t done;
    _Atomic int64_t next; /* when it is told again, in milliseconds */
    atomic_bool on_screen;
};

struct scan_progress scan_progress_start(const char *what, size_t all);

/* One more is done; any thread may say so. */
void scan_progress_step(struct scan_progress *progress);

/* Clears the line. */
void scan_progress_end(struct scan_progress *progress);

#endif
