/*
 * Records by descriptor, and descriptors by socket. No lock and no allocation but mmap(2): pages and the second index
 * are mapped when first needed, whoever is first, and never unmapped. Async-signal-safe.
 */
#ifndef TLSWARD_CONNECTION_TABLE_H
#define TLSWARD_CONNECTION_TABLE_H

#include "peer/connections.h"
#include "process/seqlock.h"

enum { CONNECTION_WORDS = sizeof(struct connected_socket) / sizeof(uint64_t) };
_Static_assert(sizeof(struct connected_socket) % sizeof(uint64_t) == 0, "a connection is copied in whole words");

struct connection_record {
    seqlock_word version;
    seqlock_word claimed; /* the version that a handshake claimed */
    seqlock_word words[CONNECTION_WORDS];
};

/* One member of a record, as it is now. */
static inline uint64_t connection_record_word(const struct connection_record *record, size_t offset)
{
    return atomic_load_explicit(&record->words[offset / sizeof(uint64_t)], memory_order_relaxed);
}

/* The record of a descriptor. NULL where no descriptor of its page was ever connected. */
struct connection_record *connection_table_get(int fd);

/* Most processes have no other page than the first, so what is done in every connect(2) is short for that. */
enum { CONNECTION_NEAR_SLOTS = 4 * CONNECTION_PAGE };
typedef _Atomic uint32_t connection_slot; /* a descriptor, plus one */
extern struct connection_record connection_first_page[CONNECTION_PAGE];
extern connection_slot connection_near_index[CONNECTION_NEAR_SLOTS];

/* No descriptor from here on was ever connected: to look at all records of a page is to touch 18 pages of memory. */
extern atomic_int connection_table_end;
void connection_table_extend(int fd);

struct connection_record *connection_table_make_page(int fd);
void connection_table_index_elsewhere(uint64_t socket, int fd);

/* The record of a descriptor, made where there is none. NULL where that cannot be. */
static inline struct connection_record *connection_table_make(int fd)
{
    if (fd >= atomic_load_explicit(&connection_table_end, memory_order_relaxed))
        connection_table_extend(fd);
    return fd >= 0 && fd < CONNECTION_PAGE ? &connection_first_page[fd] : connection_table_make_page(fd);
}

/* The record of `fd` is about `socket` from now on. */
static inline void connection_table_index(uint64_t socket, int fd)
{
    connection_slot *slot = &connection_near_index[socket % CONNECTION_NEAR_SLOTS];
    uint32_t known = 0;

    if (fd >= CONNECTION_PAGE || !atomic_compare_exchange_strong(slot, &known, (uint32_t)fd + 1)) {
        connection_table_index_elsewhere(socket, fd);
    }
}

/* Finds the latest record of a socket. NULL where there is none. */
struct connection_record *connection_table_find(uint64_t socket);

/* The first record that was ever written with a descriptor of `*fd` or more, which becomes its own; NULL at the end. */
struct connection_record *connection_table_next(int *fd);

#endif
