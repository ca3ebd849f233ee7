/*
 * A hash table of numbers, which stand for items that its owner keeps in an array: open addressing, in an arena, for
 * as long as something is being built.
 */
#ifndef TLSWARD_TABLE_H
#define TLSWARD_TABLE_H

#include "process/arena.h"
#include "process/fnv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
    uint32_t hash;
    uint32_t item; /* and one; 0: empty */
};

struct table {
    struct table_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

enum { TABLE_NONE = -1 };

/* From a FNV-1a hash that goes on from `sum`, which is FNV_SEED for the first part of an item. */
uint64_t table_hash(uint64_t sum, const void *bytes, size_t length);

/* The item with this hash that `is_same` says it of, or TABLE_NONE. */
int64_t table_find(const struct table *table, uint64_t hash, bool (*is_same)(const void *context, uint32_t item),
                   const void *context);

/* Makes room for `more` items; false for memory shortage. */
bool table_reserve(struct table *table, struct arena *arena, size_t more);

/* Adds an item that is not there. Memory shortage shows in the arena. */
void table_add(struct table *table, struct arena *arena, uint64_t hash, uint32_t item);

#endif
