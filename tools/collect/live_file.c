#include "collect/live_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

uint64_t live_file_lines_behind(const struct live_file *file, uint64_t length)
{
    char piece[PIECE];
    uint64_t count = 0;
    ssize_t got;
    while (length < file->length && (got = pread(file->fd, piece, sizeof piece, (off_t)length)) > 0) {
        for (const char *at = piece; (at = memchr(at, '\n', (size_t)(piece + got - at))) != NULL; at++)
            count++;
        length += (uint64_t)got;
    }
    return count;
}

/* Where the last whole line ends. */
static uint64_t whole_length(int fd, uint64_t length)
{
    char piece[PIECE];
    while (length > 0) {
        size_t size = length < sizeof piece ? (size_t)length : sizeof piece;
        if (pread(fd, piece, size, (off_t)(length - size)) != (ssize_t)size)
            return length;
        const char *newline = memrchr(piece, '\n', size);
        if (newline != NULL)
            return length - size + (uint64_t)(newline - piece) + 1;
        length -= size;
    }
    return 0;
}

/* Not every file system knows when a file was made. */
static int64_t made_at(int fd, const struct stat *status)
{
    struct statx more;
    bool known = statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &more) == 0 && (more.stx_mask & STATX_BTIME) != 0;
    return (known ? (int64_t)more.stx_btime.tv_sec : (int64_t)status->st_mtime) * 1000;
}

bool live_file_open(struct live_file *file, int directory)
{
    struct stat status;
    int fd = openat(directory, LIVE_FILE_NAME, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    *file = (struct live_file){.directory = directory, .fd = -1};
    if (fd < 0)
        return false;
    bool good = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    uint64_t size = good ? (uint64_t)status.st_size : 0, whole = good ? whole_length(fd, size) : 0;
    if (!good || (whole < size && ftruncate(fd, (off_t)whole) != 0)) {
        int error = good ? errno : EINVAL;
        close(fd);
        errno = error;
        return false;
    }
    file->fd = fd;
    file->inode = status.st_ino;
    file->length = whole;
    file->lines = live_file_lines_behind(file, 0);
    file->started = made_at(fd, &status);
    return true;
}

/* How much was written: all, or less with errno. */
static size_t write_all(int fd, const char *data, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t written = write(fd, data + done, length - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    return done;
}

/* Somebody else may have cut the file: its length is what it is now. Opened again it is cut after a whole line. */
static void take_back(struct live_file *file, size_t written)
{
    struct stat status;
    int error = errno;
    if (written > 0 && (fstat(file->fd, &status) != 0 || ftruncate(file->fd, status.st_size - (off_t)written) != 0))
        live_file_close(file);
    errno = error;
}

bool live_file_append(struct live_file *file, const char *lines, size_t length, uint64_t count)
{
    if (file->fd < 0 && !live_file_open(file, file->directory))
        return false;
    size_t written = write_all(file->fd, lines, length);
    if (written < length) {
        take_back(file, written);
        return false;
    }
    file->length += length;
    file->lines += count;
    return true;
}

bool live_file_is_there(const struct live_file *file, bool *removed)
{
    struct stat named, open_one;
    *removed = false;
    if (file->fd < 0 || fstat(file->fd, &open_one) != 0)
        return false;
    *removed = open_one.st_nlink == 0;
    return fstatat(file->directory, LIVE_FILE_NAME, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           named.st_ino == open_one.st_ino && named.st_dev == open_one.st_dev;
}

void live_file_close(struct live_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
