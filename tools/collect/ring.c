#include "collect/ring.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

/* Before each datagram; one with a length of WRAP says that the next one is at the beginning. */
struct header {
    struct sender sender;
    size_t length;
};
#define WRAP SIZE_MAX

/*
 * Positions only grow; what is in the ring lies between `tail` and `head`, modulo its size. Each is written by one
 * thread and read by the other.
 */
struct ring {
    char *memory;
    size_t size;
    _Atomic uint64_t head, tail;
    _Atomic uint64_t put, dropped; /* datagrams */
    atomic_bool waits;             /* the writing thread wants to be told */
    int event;
};

static size_t space_of(size_t length)
{
    return (sizeof(struct header) + length + 15) & ~(size_t)15;
}

struct ring *ring_new(size_t size)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL)
        return NULL;
    ring->size = size & ~(size_t)15;
    ring->memory = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ring->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (ring->memory != MAP_FAILED && ring->event >= 0)
        return ring;
    if (ring->memory != MAP_FAILED)
        munmap(ring->memory, ring->size);
    if (ring->event >= 0)
        close(ring->event);
    free(ring);
    return NULL;
}

static struct header *header_at(struct ring *ring, uint64_t position)
{
    return (struct header *)(void *)(ring->memory + position % ring->size);
}

/* Where the datagram can begin: not so near to the end that it would be in two pieces. */
static bool place(struct ring *ring, size_t space, uint64_t *head)
{
    size_t left = ring->size - *head % ring->size, skipped = space > left ? left : 0;
    if (*head - atomic_load(&ring->tail) + skipped + space > ring->size)
        return false;
    if (skipped >= sizeof(struct header))
        header_at(ring, *head)->length = WRAP;
    *head += skipped;
    return true;
}

static void tell(struct ring *ring)
{
    const uint64_t one = 1;
    if (atomic_exchange(&ring->waits, false))
        (void)!write(ring->event, &one, sizeof one);
}

bool ring_put(struct ring *ring, const struct sender *sender, const char *data, size_t length)
{
    size_t kept = length <= EVENT_MAX ? length : EVENT_MAX + 1, space = space_of(kept);
    uint64_t head = atomic_load(&ring->head);
    if (!place(ring, space, &head))
        return false;
    struct header *header = header_at(ring, head);
    *header = (struct header){*sender, kept};
    memcpy(header + 1, data, kept);
    atomic_fetch_add(&ring->put, 1);
    atomic_store(&ring->head, head + space);
    tell(ring);
    return true;
}

bool ring_first(struct ring *ring, struct ring_entry *entry)
{
    uint64_t tail = atomic_load(&ring->tail);
    if (tail == atomic_load(&ring->head))
        return false;
    size_t left = ring->size - tail % ring->size;
    if (left < sizeof(struct header) || header_at(ring, tail)->length == WRAP) {
        tail += left;
        atomic_store(&ring->tail, tail);
    }
    const struct header *header = header_at(ring, tail);
    *entry = (struct ring_entry){header->sender, header->length, (const char *)(header + 1)};
    return true;
}

void ring_drop(struct ring *ring)
{
    uint64_t tail = atomic_load(&ring->tail);
    atomic_fetch_add(&ring->dropped, 1);
    atomic_store(&ring->tail, tail + space_of(header_at(ring, tail)->length));
}

uint64_t ring_count(struct ring *ring)
{
    uint64_t dropped = atomic_load(&ring->dropped);
    return atomic_load(&ring->put) - dropped;
}

void ring_wait(struct ring *ring, unsigned milliseconds)
{
    uint64_t count;
    struct pollfd fd = {.fd = ring->event, .events = POLLIN};
    atomic_store(&ring->waits, true);
    if (atomic_load(&ring->tail) == atomic_load(&ring->head))
        poll(&fd, 1, (int)milliseconds);
    atomic_store(&ring->waits, false);
    (void)!read(ring->event, &count, sizeof count);
}

void ring_end_waits(struct ring *ring)
{
    const uint64_t one = 1;
    (void)!write(ring->event, &one, sizeof one);
}

void ring_free(struct ring *ring)
{
    munmap(ring->memory, ring->size);
    close(ring->event);
    free(ring);
}
