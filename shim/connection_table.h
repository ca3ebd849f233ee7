/*
 * Records by descriptor, and descriptors by socket. No lock and no allocation but mmap(2): pages and the second index
 * are mapped when first needed, whoever is first, and never unmapped. Async-signal-safe.
 */
#ifndef TLSWARD_CONNECTION_TABLE_H
#define TLSWARD_CONNECTION_TABLE_H

#include "connections.h"
#include "seqlock.h"

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

/* The same, made where there is none. NULL where that cannot be. */
struct connection_record *connection_table_make(int fd);

/* The record of `fd` is about `socket` from now on, and no other one is. */
void connection_table_index(uint64_t socket, int fd);

/* Finds the record of a socket. NULL where there is none. */
struct connection_record *connection_table_find(uint64_t socket);

/* The first record that was ever written with a descriptor of `*fd` or more, which becomes its own; NULL at the end. */
struct connection_record *connection_table_next(int *fd);

#endif
