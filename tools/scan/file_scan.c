#include "scan/file_scan.h"

#include "scan/scan_progress.h"
#include "shared/text.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_WORKERS = 8 };

/* Where a NUL byte makes a file none of text, as git has it. */
enum { TEXT_HEAD = 8000 };

struct shared_work {
    const struct examiner *examiner;
    const struct file_list *list;
    atomic_size_t next;
    struct scan_progress *progress;
};

struct worker {
    struct shared_work *work;
    struct file_scan scan;
    struct file_list unread;
    char *buffer;
    size_t room;
};

/* The length of what was read, or -1 with errno set. `more` says that there is more than what is looked at. */
static ssize_t read_all(struct worker *worker, int fd, bool *more)
{
    size_t length = 0;
    *more = false;
    for (;;) {
        if (length == worker->room) {
            worker->room = worker->room == 0 ? 65536 : worker->room * 2;
            worker->buffer = text_grow(worker->buffer, worker->room, 1);
        }
        ssize_t got = read(fd, worker->buffer + length, worker->room - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -1 : (ssize_t)length;
        bool first = length == 0;
        length += (size_t)got;
        if (first && memchr(worker->buffer, '\0', length < TEXT_HEAD ? length : TEXT_HEAD) != NULL)
            return (ssize_t)length;
        if (length > FILE_SCAN_BYTES) {
            *more = true;
            return (ssize_t)FILE_SCAN_BYTES;
        }
    }
}

static bool is_text(const char *bytes, size_t length)
{
    return memchr(bytes, '\0', length < TEXT_HEAD ? length : TEXT_HEAD) == NULL;
}

static void take(struct worker *worker, const struct listed_file *file, const struct stat *status, size_t length,
                 bool more)
{
    struct place place = {.shown = file->path, .relative = file->path + file->relative, .active = file->active};
    if (!is_text(worker->buffer, length)) {
        worker->scan.binaries++;
        bool is_elf = length > SELFMAG && memcmp(worker->buffer, ELFMAG, SELFMAG) == 0;
        if (is_elf && (status->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0)
            file_list_add(&worker->scan.programs, file->path, file->relative, file->active);
        return;
    }
    worker->scan.files++;
    worker->scan.bytes += length;
    if (more)
        file_list_add(&worker->scan.cut, file->path, file->relative, file->active);
    examine_file(worker->work->examiner, &place, worker->buffer, length, &worker->scan.findings);
}

/* What has gone meanwhile, or has become something else, is nobody's loss. */
static void scan_one(struct worker *worker, const struct listed_file *file)
{
    struct stat status;
    bool more;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t length = -1;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        length = read_all(worker, fd, &more);
        if (length >= 0)
            take(worker, file, &status, (size_t)length, more);
        else
            file_list_add_unread(&worker->unread, file->path, errno);
    } else if (fd < 0 && errno != ENOENT) {
        file_list_add_unread(&worker->unread, file->path, errno);
    }
    if (fd >= 0)
        close(fd);
}

static void *run(void *arg)
{
    struct worker *worker = arg;
    for (size_t i; (i = atomic_fetch_add(&worker->work->next, 1)) < worker->work->list->count;) {
        scan_one(worker, &worker->work->list->items[i]);
        scan_progress_step(worker->work->progress);
    }
    free(worker->buffer);
    return NULL;
}

static void join_files(struct file_list *list, struct file_list *from)
{
    for (size_t i = 0; i < from->count; i++)
        file_list_add(list, from->items[i].path, from->items[i].relative, from->items[i].active);
    for (size_t i = 0; i < from->unread_count; i++)
        file_list_add_unread(list, from->unread[i].path, from->unread[i].error);
    file_list_free(from);
}

static void join(struct file_scan *scan, struct file_list *list, struct worker *worker)
{
    scan_findings_join(&scan->findings, &worker->scan.findings);
    join_files(&scan->programs, &worker->scan.programs);
    join_files(&scan->cut, &worker->scan.cut);
    join_files(list, &worker->unread);
    scan->files += worker->scan.files;
    scan->bytes += worker->scan.bytes;
    scan->binaries += worker->scan.binaries;
}

struct file_scan file_scan_run(const struct examiner *examiner, struct file_list *list)
{
    struct file_scan scan = {.files = 0};
    struct scan_progress progress = scan_progress_start("files", list->count);
    struct shared_work work = {.examiner = examiner, .list = list, .progress = &progress};
    struct worker workers[MOST_WORKERS] = {{.work = &work}};
    pthread_t threads[MOST_WORKERS];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = processors < 1 ? 1 : processors < MOST_WORKERS ? (size_t)processors : MOST_WORKERS;
    size_t started = 0;
    for (; started + 1 < wanted; started++) {
        workers[started].work = &work;
        if (pthread_create(&threads[started], NULL, run, &workers[started]) != 0)
            break;
    }
    workers[started].work = &work;
    run(&workers[started]);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i <= started; i++)
        join(&scan, list, &workers[i]);
    file_list_unite(&scan.programs);
    file_list_unite(&scan.cut);
    scan_progress_end(&progress);
    return scan;
}

void file_scan_free(struct file_scan *scan)
{
    scan_findings_free(&scan->findings);
    file_list_free(&scan->programs);
    file_list_free(&scan->cut);
}
