#include "events/bytes.h"

#include "process/error_text.h"
#include "shared/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { INPUT_SIZE = 1 << 17, MAGIC_MAX = 6 };

struct bytes {
    int fd;
    ssize_t (*take)(struct bytes *bytes, char *buffer, size_t size); /* NULL: nothing was read yet */
    const char *problem;
    uint64_t taken;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool within; /* a compressed part that has not ended */
    size_t input_at, input_length;
    unsigned char input[INPUT_SIZE];
};

/* read(2), which a signal may interrupt. */
static ssize_t read_file(struct bytes *bytes, void *buffer, size_t size)
{
    ssize_t got;
    do
        got = read(bytes->fd, buffer, size);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        bytes->problem = error_text(errno);
    else
        bytes->taken += (uint64_t)got;
    return got;
}

/*
 * More input where none is left: 1 where there is some, else 0 or -1. Neither library takes the last byte of its input
 * before all that it stands for is given out.
 */
static int fill(struct bytes *bytes)
{
    if (bytes->input_at < bytes->input_length)
        return 1;
    ssize_t got = read_file(bytes, bytes->input, sizeof bytes->input);
    bytes->input_at = 0;
    bytes->input_length = got > 0 ? (size_t)got : 0;
    if (got == 0 && bytes->within) {
        bytes->problem = "the compressed data end too early";
        bytes->within = false;
        return -1;
    }
    return got < 0 ? -1 : got > 0;
}

static ssize_t take_plain(struct bytes *bytes, char *buffer, size_t size)
{
    size_t left = bytes->input_length - bytes->input_at;
    if (left == 0)
        return read_file(bytes, buffer, size);
    size_t length = left < size ? left : size;
    memcpy(buffer, bytes->input + bytes->input_at, length);
    bytes->input_at += length;
    return (ssize_t)length;
}

static ssize_t broken(struct bytes *bytes)
{
    bytes->problem = "the compressed data are damaged";
    return -1;
}

/* One member may follow another (RFC 1952, section 2.2). */
static ssize_t take_gzip(struct bytes *bytes, char *buffer, size_t size)
{
    bytes->gzip.next_out = (unsigned char *)buffer;
    bytes->gzip.avail_out = (unsigned)size;
    while (bytes->gzip.avail_out == size) {
        int filled = fill(bytes);
        if (filled <= 0)
            return filled;
        if (!bytes->within && inflateReset(&bytes->gzip) != Z_OK)
            return broken(bytes);
        bytes->gzip.next_in = bytes->input + bytes->input_at;
        bytes->gzip.avail_in = (unsigned)(bytes->input_length - bytes->input_at);
        int status = inflate(&bytes->gzip, Z_NO_FLUSH);
        bytes->within = status == Z_OK || status == Z_BUF_ERROR;
        if (!bytes->within && status != Z_STREAM_END)
            return broken(bytes);
        bytes->input_at = bytes->input_length - bytes->gzip.avail_in;
    }
    return (ssize_t)(size - bytes->gzip.avail_out);
}

static ssize_t take_zstd(struct bytes *bytes, char *buffer, size_t size)
{
    ZSTD_outBuffer out = {buffer, size, 0};
    while (out.pos == 0) {
        int filled = fill(bytes);
        if (filled <= 0)
            return filled;
        ZSTD_inBuffer in = {bytes->input, bytes->input_length, bytes->input_at};
        size_t status = ZSTD_decompressStream(bytes->zstd, &out, &in);
        if (ZSTD_isError(status))
            return broken(bytes);
        bytes->within = status != 0;
        bytes->input_at = in.pos;
    }
    return (ssize_t)out.pos;
}

static ssize_t take_nothing(struct bytes *bytes, char *buffer, size_t size)
{
    (void)buffer;
    (void)size;
    bytes->problem = "compressed in a way that is not known here (gzip and zstd are): decompress it, and name '-'";
    return -1;
}

static bool begins_with(const struct bytes *bytes, const char *magic, size_t length)
{
    return bytes->input_length >= length && memcmp(bytes->input, magic, length) == 0;
}

/* By the first bytes, which are left where they are: as many as a pipe gives, until there are enough to tell. */
static bool choose(struct bytes *bytes)
{
    ssize_t got = 1;
    while (bytes->input_length < MAGIC_MAX && got > 0) {
        got = read_file(bytes, bytes->input + bytes->input_length, sizeof bytes->input - bytes->input_length);
        if (got > 0)
            bytes->input_length += (size_t)got;
        if (bytes->input_length > 0 && bytes->input[0] == '{')
            break;
    }
    if (got < 0)
        return false;
    if (bytes->input_length == 0)
        return true;
    bytes->take = take_plain;
    if (begins_with(bytes, "\x1f\x8b", 2))
        bytes->take = inflateInit2(&bytes->gzip, 16 + MAX_WBITS) == Z_OK ? take_gzip : take_nothing;
    else if (begins_with(bytes, "\x28\xb5\x2f\xfd", 4))
        bytes->take = (bytes->zstd = ZSTD_createDStream()) != NULL ? take_zstd : take_nothing;
    else if (begins_with(bytes, "\xfd\x37zXZ", 5) || begins_with(bytes, "BZh", 3))
        bytes->take = take_nothing;
    return true;
}

struct bytes *bytes_open(int fd)
{
    struct bytes *bytes = text_grow(NULL, 1, sizeof *bytes);
    memset(bytes, 0, offsetof(struct bytes, input));
    bytes->fd = fd;
    return bytes;
}

ssize_t bytes_read(struct bytes *bytes, char *buffer, size_t size)
{
    if (bytes->take == NULL && !choose(bytes))
        return -1;
    return bytes->take != NULL ? bytes->take(bytes, buffer, size) : 0;
}

const char *bytes_problem(const struct bytes *bytes)
{
    return bytes->problem;
}

uint64_t bytes_taken(const struct bytes *bytes)
{
    return bytes->taken;
}

int bytes_descriptor(const struct bytes *bytes)
{
    return bytes->fd;
}

void bytes_close(struct bytes *bytes)
{
    if (bytes->take == take_gzip)
        inflateEnd(&bytes->gzip);
    ZSTD_freeDStream(bytes->zstd);
    close(bytes->fd);
    free(bytes);
}
