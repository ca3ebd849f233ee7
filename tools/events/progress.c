#include "events/progress.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MILLISECONDS = 500, MILLISECONDS = 200 };

static int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_start(struct progress *progress, const char *program, char *const *files, size_t count)
{
    *progress = (struct progress){.program = program, .shown = isatty(STDERR_FILENO) != 0};
    progress->told = clock_now() + FIRST_MILLISECONDS - MILLISECONDS;
    for (size_t i = 0; i < count && progress->shown; i++) {
        struct stat status;
        if (stat(files[i], &status) != 0 || !S_ISREG(status.st_mode)) {
            progress->all = 0;
            return;
        }
        progress->all += (uint64_t)status.st_size;
    }
}

void progress_show(struct progress *progress, uint64_t taken)
{
    if (!progress->shown)
        return;
    int64_t now = clock_now();
    if (now - progress->told < MILLISECONDS)
        return;
    double read = (double)(progress->closed + taken), megabyte = 1e6;
    if (progress->all > 0)
        fprintf(stderr, "\r\033[K%s: %.0f of %.0f MB read (%.0f %%)", progress->program, read / megabyte,
                (double)progress->all / megabyte, 100 * read / (double)progress->all);
    else
        fprintf(stderr, "\r\033[K%s: %.0f MB read", progress->program, read / megabyte);
    progress->told = now;
    progress->on_screen = true;
}

void progress_close(struct progress *progress, uint64_t taken)
{
    progress->closed += taken;
}

void progress_clear(struct progress *progress)
{
    if (progress->on_screen)
        fputs("\r\033[K", stderr);
    progress->on_screen = false;
}
