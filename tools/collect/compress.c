#include "collect/compress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* A name that readers of a directory pass over; one collector works there. */
#define TEMPORARY ".collect-compressed"
enum { LEVEL = 3 }; /* libzstd's own default */

struct compression {
    int from, to;
    ZSTD_CCtx *context;
    size_t in_size, out_size;
    char *in, *out;
};

static bool write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        length -= (size_t)written;
    }
    return true;
}

/* Gives all of this input to the frame, and its end where it is the last. */
static bool take(struct compression *work, size_t length)
{
    ZSTD_inBuffer in = {work->in, length, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {work->out, work->out_size, 0};
        left = ZSTD_compressStream2(work->context, &out, &in, length > 0 ? ZSTD_e_continue : ZSTD_e_end);
        if (ZSTD_isError(left)) {
            errno = ENOMEM;
            return false;
        }
        if (!write_all(work->to, work->out, out.pos))
            return false;
    } while (length > 0 ? in.pos < in.size : left > 0);
    return true;
}

static bool take_all(struct compression *work)
{
    ssize_t got;
    do {
        got = read(work->from, work->in, work->in_size);
        if (got < 0 || !take(work, (size_t)got))
            return false;
    } while (got > 0);
    return true;
}

static bool prepare(struct compression *work)
{
    work->context = ZSTD_createCCtx();
    work->in = malloc(work->in_size = ZSTD_CStreamInSize());
    work->out = malloc(work->out_size = ZSTD_CStreamOutSize());
    return work->context != NULL && work->in != NULL && work->out != NULL &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(work->context, ZSTD_c_compressionLevel, LEVEL)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(work->context, ZSTD_c_checksumFlag, 1));
}

/* Age is told by the time of the last event. An owner that cannot be kept is that of all files made here. */
static bool take_over(int from, int to)
{
    struct stat status;
    if (fstat(from, &status) != 0)
        return false;
    (void)!fchown(to, status.st_uid, status.st_gid);
    const struct timespec times[] = {status.st_atim, status.st_mtim};
    return fchmod(to, status.st_mode & 07777) == 0 && futimens(to, times) == 0 && fsync(to) == 0;
}

static bool copy(int from, int to)
{
    struct compression work = {.from = from, .to = to};
    bool good = prepare(&work) && take_all(&work) && take_over(from, to);
    ZSTD_freeCCtx(work.context);
    free(work.in);
    free(work.out);
    return good;
}

static bool is_compressed(int fd)
{
    char magic[4];
    return pread(fd, magic, sizeof magic, 0) == sizeof magic && memcmp(magic, "\x28\xb5\x2f\xfd", sizeof magic) == 0;
}

bool compress_in_place(int directory, const char *name)
{
    int from = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0)
        return false;
    bool good = is_compressed(from);
    if (!good) {
        int to = openat(directory, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        good = to >= 0 && copy(from, to) && renameat(directory, TEMPORARY, directory, name) == 0;
        int error = errno;
        if (!good && to >= 0)
            unlinkat(directory, TEMPORARY, 0);
        if (to >= 0)
            close(to);
        errno = error;
    }
    int error = errno;
    close(from);
    errno = error;
    return good;
}
