#include "collect/archive.h"

#include "collect/compress.h"
#include "collect/live_file.h"
#include "events/bytes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX LIVE_FILE_NAME "-"
#define COMPRESSED ".zst"
enum { NAME_SIZE = 64, DIGITS = 17 };

bool archive_rotate(int directory, int64_t now)
{
    char name[NAME_SIZE];
    struct tm tm;
    for (int64_t end = now + 1000; now < end; now++) {
        time_t seconds = (time_t)(now / 1000);
        gmtime_r(&seconds, &tm);
        size_t length = strftime(name, sizeof name, PREFIX "%Y%m%d%H%M%S", &tm);
        snprintf(name + length, sizeof name - length, "%03d", (int)(now % 1000));
        if (renameat2(directory, LIVE_FILE_NAME, directory, name, RENAME_NOREPLACE) == 0)
            return true;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

static bool is_rotated(const char *name)
{
    size_t prefix = sizeof PREFIX - 1;
    if (strncmp(name, PREFIX, prefix) != 0 || strspn(name + prefix, "0123456789") != DIGITS)
        return false;
    const char *end = name + prefix + DIGITS;
    return *end == '\0' || strcmp(end, COMPRESSED) == 0;
}

static bool is_compressed(const char *name)
{
    return name[sizeof PREFIX - 1 + DIGITS] != '\0';
}

static int keep_rotated(const struct dirent *entry)
{
    return is_rotated(entry->d_name);
}

/* The oldest first; -1 with errno. */
static int list(int directory, struct dirent ***entries)
{
    return scandirat(directory, ".", entries, keep_rotated, alphasort);
}

static void free_list(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
}

/* The compressed file takes the name first: whoever looks finds the one or the other. */
static bool compress_one(int directory, const char *name)
{
    char last[NAME_SIZE];
    snprintf(last, sizeof last, "%.*s" COMPRESSED, (int)(sizeof PREFIX - 1 + DIGITS), name);
    return compress_in_place(directory, name) && renameat(directory, name, directory, last) == 0;
}

bool archive_compress(int directory)
{
    struct dirent **entries;
    int count = list(directory, &entries), error = count < 0 ? errno : 0;
    for (int i = 0; i < count && error == 0; i++)
        if (!is_compressed(entries[i]->d_name) && !compress_one(directory, entries[i]->d_name))
            error = errno;
    free_list(entries, count);
    errno = error;
    return error == 0;
}

static uint64_t count_lines(int directory, const char *name)
{
    static char piece[1 << 17];
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return 0;
    uint64_t count = 0;
    struct bytes *bytes = bytes_open(fd);
    for (ssize_t got; (got = bytes_read(bytes, piece, sizeof piece)) > 0;)
        for (const char *at = piece; (at = memchr(at, '\n', (size_t)(piece + got - at))) != NULL; at++)
            count++;
    bytes_close(bytes);
    return count;
}

static void remove_one(int directory, const char *name, uint64_t bytes, struct archive_state *state)
{
    uint64_t events = count_lines(directory, name);
    if (unlinkat(directory, name, 0) != 0)
        return;
    state->removed_files++;
    state->removed_events += events;
    state->files--;
    state->bytes -= bytes;
}

void archive_bound(int directory, uint64_t size, int64_t oldest, struct archive_state *state)
{
    struct dirent **entries;
    struct stat status;
    int count = list(directory, &entries);
    state->files = state->bytes = 0;
    for (int i = -1; i < count; i++) {
        const char *name = i < 0 ? LIVE_FILE_NAME : entries[i]->d_name;
        if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
            state->files++;
            state->bytes += (uint64_t)status.st_size;
        }
    }
    for (int i = 0; i < count; i++) {
        if (fstatat(directory, entries[i]->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (state->bytes > size || (int64_t)status.st_mtime * 1000 < oldest)
            remove_one(directory, entries[i]->d_name, (uint64_t)status.st_size, state);
    }
    free_list(entries, count);
}
