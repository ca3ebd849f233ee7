#include "event/sink.h"

#include "process/kernel.h"
#include "process/kernel_clock.h"
#include "process/line.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>

static struct iovec part(const void *data, size_t length)
{
    return (struct iovec){.iov_base = (void *)data, .iov_len = length};
}

static struct iovec text_part(const char *text)
{
    return part(text, strlen(text));
}

static size_t without_newline(const char *line, size_t length)
{
    return length > 0 && line[length - 1] == '\n' ? length - 1 : length;
}

static bool local_address(const char *path, struct sockaddr_un *address)
{
    size_t length = strlen(path);
    if (length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, length);
    return true;
}

/* Sends all parts as one message over a new socket of this type. (msg_iovlen is size_t or int, as libc likes.) */
static bool send_parts(const char *path, int type, struct iovec *parts, unsigned char count)
{
    bool stream = type == SOCK_STREAM;
    struct sockaddr_un address;
    if (!local_address(path, &address))
        return false;
    int fd = kernel_above_standard(kernel_socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd < 0)
        return false;

    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    size_t length = 0;
    for (unsigned i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (!stream) {
        message.msg_name = &address;
        message.msg_namelen = sizeof address;
    }
    bool sent = (!stream || kernel_connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) &&
                kernel_sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
    kernel_close(fd);
    return sent;
}

bool sink_to_unix(const char *path, const char *line, size_t length)
{
    struct iovec parts[] = {part(line, length)};
    return send_parts(path, SOCK_DGRAM, parts, 1);
}

bool sink_to_journal(const char *path, int severity, const char *line, size_t length)
{
    length = without_newline(line, length);
    unsigned char size[8]; /* little-endian, for a value that holds a newline itself */
    for (unsigned i = 0; i < sizeof size; i++)
        size[i] = (unsigned char)((uint64_t)length >> 8 * i);
    bool framed = memchr(line, '\n', length) != NULL;
    const char priority[] = {(char)('0' + (severity & LOG_PRIMASK)), '\n'};

    struct iovec parts[] = {
        text_part(framed ? "MESSAGE\n" : "MESSAGE="),        part(size, framed ? sizeof size : 0), part(line, length),
        text_part("\nSYSLOG_IDENTIFIER=tlsward\nPRIORITY="), part(priority, sizeof priority),
    };
    return send_parts(path, SOCK_DGRAM, parts, sizeof parts / sizeof *parts);
}

/* Without the byte order mark that RFC 5424 section 6.4 asks for: it would end up in front of the JSON. */
static size_t syslog_header(int severity, char *buffer, size_t size)
{
    struct timespec now = {0};
    kernel_clock(CLOCK_REALTIME, &now);

    struct line header = {.data = buffer, .size = size};
    line_text(&header, "<");
    line_number(&header, (unsigned)(LOG_DAEMON | (severity & LOG_PRIMASK)), 1);
    line_text(&header, ">1 ");
    line_time(&header, &now);
    line_text(&header, " - tlsward ");
    line_number(&header, (uint64_t)kernel_getpid(), 1);
    line_text(&header, " event - ");
    return header.length;
}

bool sink_to_syslog(const char *path, int severity, const char *line, size_t length)
{
    char header[128];
    struct iovec parts[] = {
        part(header, syslog_header(severity, header, sizeof header)),
        part(line, without_newline(line, length)),
        text_part("\n"),
    };
    if (send_parts(path, SOCK_DGRAM, parts, 2))
        return true;
    return errno == EPROTOTYPE && send_parts(path, SOCK_STREAM, parts, 3);
}
