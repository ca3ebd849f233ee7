#include "server/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static int milliseconds_left(const struct channel *channel)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long left =
        (long)(channel->deadline.tv_sec - now.tv_sec) * 1000 + (channel->deadline.tv_nsec - now.tv_nsec) / 1000000;
    return left > 0 ? (int)left : 0;
}

bool channel_wait(const struct channel *channel, short events)
{
    struct pollfd ready = {.fd = channel->fd, .events = events};
    int count;
    do
        count = poll(&ready, 1, milliseconds_left(channel));
    while (count < 0 && errno == EINTR);
    if (count == 0)
        errno = ETIMEDOUT;
    return count > 0;
}

static bool finish_connect(const struct channel *channel)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (!channel_wait(channel, POLLOUT) || getsockopt(channel->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return false;
    errno = error;
    return error == 0;
}

bool channel_connect(struct channel *channel, const struct addrinfo *address, int seconds)
{
    clock_gettime(CLOCK_MONOTONIC, &channel->deadline);
    channel->deadline.tv_sec += seconds;
    channel->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (channel->fd < 0)
        return false;
    if (connect(channel->fd, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    if (errno == EINPROGRESS && finish_connect(channel))
        return true;
    int error = errno;
    channel_close(channel);
    errno = error;
    return false;
}

bool channel_write(const struct channel *channel, const void *data, size_t length)
{
    const char *next = data;
    while (length > 0) {
        ssize_t sent = send(channel->fd, next, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (sent < 0 && !channel_wait(channel, POLLOUT))
            return false;
        if (sent > 0) {
            next += sent;
            length -= (size_t)sent;
        }
    }
    return true;
}

bool channel_read(const struct channel *channel, void *data, size_t length)
{
    char *next = data;
    while (length > 0) {
        ssize_t received = recv(channel->fd, next, length, 0);
        if (received == 0)
            errno = 0;
        if (received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        if (received < 0 && !channel_wait(channel, POLLIN))
            return false;
        if (received > 0) {
            next += received;
            length -= (size_t)received;
        }
    }
    return true;
}

bool channel_read_line(const struct channel *channel, char *line, size_t size)
{
    for (size_t length = 0; length < size; length++) {
        if (!channel_read(channel, line + length, 1))
            return false;
        if (line[length] != '\n')
            continue;
        if (length > 0 && line[length - 1] == '\r')
            length--;
        line[length] = '\0';
        return true;
    }
    errno = EMSGSIZE;
    return false;
}

void channel_close(struct channel *channel)
{
    if (channel->fd >= 0)
        close(channel->fd);
    channel->fd = -1;
}
