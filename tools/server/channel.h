/*
 * A TCP connection to a server under examination: everything on it ends at one deadline.
 */
#ifndef TLSWARD_CHANNEL_H
#define TLSWARD_CHANNEL_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct channel {
    int fd; /* non-blocking */
    struct timespec deadline;
};

/* Connects within `seconds`, which hold for all that follows as well. False with errno set. */
bool channel_connect(struct channel *channel, const struct addrinfo *address, int seconds);

/* Waits for poll(2) events. False with ETIMEDOUT at the deadline. */
bool channel_wait(const struct channel *channel, short events);

bool channel_write(const struct channel *channel, const void *data, size_t length);

/* Reads exactly `length` bytes; what follows them is left for TLS. False with errno set, 0 for end of file. */
bool channel_read(const struct channel *channel, void *data, size_t length);

/* Reads a line and takes off its end. A longer line than `size` fails with EMSGSIZE. */
bool channel_read_line(const struct channel *channel, char *line, size_t size);

void channel_close(struct channel *channel);

#endif
