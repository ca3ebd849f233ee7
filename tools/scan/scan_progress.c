#include "scan/scan_progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MILLISECONDS = 500, MILLISECONDS = 200 };

static int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct scan_progress scan_progress_start(const char *what, size_t all)
{
    return (struct scan_progress){
        .what = what, .all = all, .shown = isatty(STDERR_FILENO) != 0, .next = clock_now() + FIRST_MILLISECONDS};
}

void scan_progress_step(struct scan_progress *progress)
{
    size_t done = atomic_fetch_add(&progress->done, 1) + 1;
    if (!progress->shown)
        return;
    int64_t now = clock_now(), next = atomic_load(&progress->next);
    if (now < next || !atomic_compare_exchange_strong(&progress->next, &next, now + MILLISECONDS))
        return;
    fprintf(stderr, "\r\033[Ktlsward scan: %zu of %zu %s", done, progress->all, progress->what);
    atomic_store(&progress->on_screen, true);
}

void scan_progress_end(struct scan_progress *progress)
{
    if (atomic_load(&progress->on_screen))
        fputs("\r\033[K", stderr);
}
