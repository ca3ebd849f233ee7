#include "events/source.h"

#include "events/bytes.h"
#include "events/journal.h"
#include "events/record.h"
#include "process/error_text.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What is read at once: little beside the processor's cache, and much beside a line. */
enum { READ_SIZE = 1 << 18 };
_Static_assert(READ_SIZE > RECORD_LINE_MAX + 1, "a line of an event is read whole");

struct source {
    char *name;
    bool follows;
    bool skips; /* within a line that was too long, and told as such */
    char *problem;
    bool broken;         /* there is no more of it: the problem is told after what was read */
    struct bytes *bytes; /* or: */
    struct journal *journal;
    uint64_t line; /* the number of the next one */
    char *rest;    /* the beginning of a line whose end was not read yet */
    size_t rest_length;
};

/* A rotated file may have been compressed since it was listed, and have another name now. */
static int open_named(const char *name)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = open(name, flags);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    char *compressed = text_format("%s.zst", name);
    fd = open(compressed, flags);
    free(compressed);
    if (fd < 0)
        errno = ENOENT;
    return fd;
}

static char *open_file(struct source *source)
{
    bool is_input = strcmp(source->name, "-") == 0;
    int fd = is_input ? dup(STDIN_FILENO) : open_named(source->name);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0 || S_ISDIR(status.st_mode)) {
        char *problem = text_format("%s", error_text(fd < 0 ? errno : EISDIR));
        if (fd >= 0)
            close(fd);
        return problem;
    }
    /* A FIFO without a writer is at its end and not waited for; where there is one, its events are. */
    if (!is_input)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    source->bytes = bytes_open(fd);
    return NULL;
}

struct source *source_open(const char *name, int64_t since, bool follows, char **problem)
{
    struct source *source = text_grow(NULL, 1, sizeof *source);
    *source = (struct source){.name = text_format("%s", name), .follows = follows, .line = 1};
    *problem = NULL;
    if (strcmp(name, "journal") == 0 || strncmp(name, "journal:", 8) == 0)
        source->journal = journal_open(name[7] == ':' ? name + 8 : NULL, since, problem);
    else
        *problem = open_file(source);
    if (*problem != NULL) {
        source_close(source);
        return NULL;
    }
    return source;
}

static enum source_state fail(struct source *source, char *problem)
{
    free(source->problem);
    source->problem = problem;
    return SOURCE_FAILED;
}

/* What is too long is told as such, whatever it is; a line within the message would be one of its own. */
static void add_message(struct lines *lines, const char *message, size_t length)
{
    char *start = lines->data + lines->length, *newline = start;
    length = length < RECORD_LINE_MAX ? length : RECORD_LINE_MAX;
    memcpy(start, message, length);
    while ((newline = memchr(newline, '\n', length - (size_t)(newline - start))) != NULL)
        *newline = ' ';
    start[length] = '\n';
    lines->length += length + 1;
}

static enum source_state read_journal(struct source *source, struct lines *lines)
{
    const char *message;
    size_t length;
    char *problem = NULL;
    while (lines->length + RECORD_LINE_MAX < READ_SIZE &&
           journal_next(source->journal, &message, &length, &problem) > 0) {
        add_message(lines, message, length);
        source->line++;
    }
    if (lines->length > 0)
        return SOURCE_LINES;
    return problem != NULL ? fail(source, problem) : SOURCE_END;
}

/* Without what belongs to a line that was too long. */
static void drop_skipped(struct source *source, struct lines *lines)
{
    const char *end = memchr(lines->data, '\n', lines->length);
    size_t dropped = end != NULL ? (size_t)(end - lines->data) + 1 : lines->length;
    source->skips = end == NULL;
    memmove(lines->data, lines->data + dropped, lines->length - dropped);
    lines->length -= dropped;
}

/* Keeps what comes after the last newline. False where there is no whole line. */
static bool cut(struct source *source, struct lines *lines)
{
    const char *last = memrchr(lines->data, '\n', lines->length);
    size_t whole = last != NULL ? (size_t)(last - lines->data) + 1 : 0;
    source->rest_length = lines->length - whole;
    if (source->rest_length > 0) {
        source->rest = text_grow(source->rest, READ_SIZE, 1);
        memcpy(source->rest, lines->data + whole, source->rest_length);
    }
    lines->length = whole;
    return whole > 0;
}

/* At the end of a file: what has no newline is a line too, unless it may get one. */
static enum source_state finish(struct source *source, struct lines *lines, ssize_t got)
{
    if (source->follows && got == 0) {
        cut(source, lines);
    } else if (lines->length > 0) {
        lines->unfinished = lines->data[lines->length - 1] != '\n';
        source->rest_length = 0;
    }
    source->broken = got < 0;
    if (lines->length > 0)
        return SOURCE_LINES;
    return got < 0 ? fail(source, text_format("%s", bytes_problem(source->bytes))) : SOURCE_END;
}

static enum source_state read_bytes(struct source *source, struct lines *lines)
{
    if (source->broken)
        return fail(source, text_format("%s", bytes_problem(source->bytes)));
    memcpy(lines->data, source->rest != NULL ? source->rest : "", source->rest_length);
    lines->length = source->rest_length;
    source->rest_length = 0;
    for (;;) {
        ssize_t got = bytes_read(source->bytes, lines->data + lines->length, READ_SIZE - lines->length);
        if (got <= 0)
            return finish(source, lines, got);
        lines->length += (size_t)got;
        if (source->skips)
            drop_skipped(source, lines);
        if (cut(source, lines))
            return SOURCE_LINES;
        lines->length = source->rest_length;
        if (lines->length == READ_SIZE) {
            source->skips = true;
            source->rest_length = 0;
            return SOURCE_LINES;
        }
    }
}

static uint64_t count_lines(const struct lines *lines)
{
    uint64_t count = lines->data[lines->length - 1] == '\n' ? 0 : 1;
    const char *at = lines->data, *end = at + lines->length;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        count++;
        at++;
    }
    return count;
}

enum source_state source_read(struct source *source, struct lines *lines)
{
    if (lines->size < READ_SIZE) {
        lines->data = text_grow(lines->data, READ_SIZE, 1);
        lines->size = READ_SIZE;
    }
    lines->length = 0;
    lines->unfinished = false;
    lines->source = source->name;
    lines->first = source->line;
    if (source->journal != NULL)
        return read_journal(source, lines);
    enum source_state state = read_bytes(source, lines);
    if (state == SOURCE_LINES)
        source->line += count_lines(lines);
    return state;
}

/* The file begins anew: with lines of its own. */
static void start_again(struct source *source, int fd)
{
    bytes_close(source->bytes);
    source->bytes = bytes_open(fd);
    source->rest_length = 0;
    source->skips = false;
    source->line = 1;
}

bool source_can_grow(const struct source *source)
{
    struct stat status;
    return source->journal != NULL || (fstat(bytes_descriptor(source->bytes), &status) == 0 && S_ISREG(status.st_mode));
}

bool source_would_wait(const struct source *source)
{
    if (source->journal != NULL)
        return false;
    struct pollfd fd = {.fd = bytes_descriptor(source->bytes), .events = POLLIN};
    return poll(&fd, 1, 0) == 0;
}

/* Another file with the source's name, or -1. */
static int open_other(const struct source *source, const struct stat *open_one)
{
    struct stat now;
    bool other = stat(source->name, &now) == 0 && (now.st_dev != open_one->st_dev || now.st_ino != open_one->st_ino);
    return other ? open(source->name, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
}

bool source_renew(struct source *source)
{
    struct stat status;
    if (source->journal != NULL)
        return true;
    int fd = bytes_descriptor(source->bytes);
    off_t at = lseek(fd, 0, SEEK_CUR);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    if (status.st_size > at) /* before it is left for another one, too */
        return true;
    int other = open_other(source, &status);
    if (other < 0 && status.st_size < at) {
        other = dup(fd);
        lseek(other, 0, SEEK_SET);
    }
    if (other >= 0)
        start_again(source, other);
    return other >= 0;
}

void source_wait(struct source *source, unsigned milliseconds)
{
    if (source->journal != NULL) {
        journal_wait(source->journal, milliseconds);
        return;
    }
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    nanosleep(&time, NULL);
}

const char *source_name(const struct source *source)
{
    return source->name;
}

const char *source_problem(const struct source *source)
{
    return source->problem;
}

uint64_t source_progress(const struct source *source, uint64_t *size)
{
    struct stat status;
    *size = 0;
    if (source->journal != NULL)
        return 0;
    if (fstat(bytes_descriptor(source->bytes), &status) == 0 && S_ISREG(status.st_mode))
        *size = (uint64_t)status.st_size;
    return bytes_taken(source->bytes);
}

void source_close(struct source *source)
{
    if (source->bytes != NULL)
        bytes_close(source->bytes);
    if (source->journal != NULL)
        journal_close(source->journal);
    free(source->problem);
    free(source->rest);
    free(source->name);
    free(source);
}

bool lines_next(const struct lines *lines, size_t *at, struct slice *line)
{
    if (*at >= lines->length)
        return false;
    const char *start = lines->data + *at;
    const char *end = memchr(start, '\n', lines->length - *at);
    *line = (struct slice){start, end != NULL ? (size_t)(end - start) : lines->length - *at};
    *at += line->length + 1;
    return true;
}
