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

/* An entry of the journal under construction: a value that holds a newline has its size before it, little-endian. */
struct entry {
    struct iovec parts[5 * (JOURNAL_FIELDS_MAX + 3)];
    unsigned char sizes[JOURNAL_FIELDS_MAX + 3][8];
    unsigned char count, fields;
};

/* No value can end its field and begin another. */
static void add_field(struct entry *entry, const char *name, const char *value, size_t length)
{
    unsigned char *size = entry->sizes[entry->fields++];
    bool framed = memchr(value, '\n', length) != NULL;
    for (unsigned i = 0; i < sizeof entry->sizes[0]; i++)
        size[i] = (unsigned char)((uint64_t)length >> 8 * i);
    entry->parts[entry->count++] = text_part(name);
    entry->parts[entry->count++] = framed ? part("\n", 1) : part("=", 1);
    if (framed)
        entry->parts[entry->count++] = part(size, sizeof entry->sizes[0]);
    entry->parts[entry->count++] = part(value, length);
    entry->parts[entry->count++] = part("\n", 1);
}

bool sink_to_journal(const char *path, int severity, const char *line, size_t length,
                     const struct journal_fields *fields)
{
    const char priority[] = {(char)('0' + (severity & LOG_PRIMASK))};
    struct entry entry;
    entry.count = entry.fields = 0;
    add_field(&entry, "MESSAGE", line, without_newline(line, length));
    add_field(&entry, "SYSLOG_IDENTIFIER", "tlsward", strlen("tlsward"));
    add_field(&entry, "PRIORITY", priority, sizeof priority);
    for (size_t i = 0; fields != NULL && i < fields->count; i++)
        add_field(&entry, fields->items[i].name, fields->items[i].value, strlen(fields->items[i].value));
    return send_parts(path, SOCK_DGRAM, entry.parts, entry.count);
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
