/*
 * A private datagram socket that events arrive on.
 */
#ifndef TLSWARD_RECEIVER_H
#define TLSWARD_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct receiver {
    int fd;          /* non-blocking; poll(2) says when a line waits */
    char *directory; /* mode 0700 */
    char *path;      /* the socket in it */
};

/* Opens the socket in a new directory below TMPDIR or /tmp. False with errno set. */
bool receiver_open(struct receiver *receiver);

/* The next line that waits, or -1. */
ssize_t receiver_take(const struct receiver *receiver, char *buffer, size_t size);

/* Closes the socket and removes it and its directory. */
void receiver_close(struct receiver *receiver);

#endif
