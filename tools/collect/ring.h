/*
 * Datagrams that were received and are not written yet, in memory of fixed size, between the thread that receives and
 * the one that writes. Neither holds the other up: where there is no room, ring_put() says so at once.
 */
#ifndef TLSWARD_COLLECT_RING_H
#define TLSWARD_COLLECT_RING_H

#include "collect/datagram.h"

struct ring;

struct ring_entry {
    struct sender sender;
    size_t length; /* more than EVENT_MAX: it was longer than what there is of it */
    const char *data;
};

/* NULL for memory shortage. */
struct ring *ring_new(size_t size);

/* By the receiving thread: copies the datagram. False where there is no room for it. */
bool ring_put(struct ring *ring, const struct sender *sender, const char *data, size_t length);

/* By the writing thread: the oldest one, which stays until ring_drop(). False where there is none. */
bool ring_first(struct ring *ring, struct ring_entry *entry);
void ring_drop(struct ring *ring);

/* How many there are. */
uint64_t ring_count(struct ring *ring);

/* Waits until there is one, but no longer than so. */
void ring_wait(struct ring *ring, unsigned milliseconds);

/* Ends every wait, from now on; async-signal-safe. */
void ring_end_waits(struct ring *ring);

void ring_free(struct ring *ring);

#endif
