#include "policy/table.h"

enum { FIRST_CAPACITY = 64 };

uint64_t table_hash(uint64_t sum, const void *bytes, size_t length)
{
    const unsigned char *next = bytes;
    for (size_t i = 0; i < length; i++)
        sum = fnv_add(sum, next[i]);
    return sum;
}

/* The low bits of a product say little of the high bits of its factors. */
static uint32_t folded(uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32);
}

static size_t first_place(const struct table *table, uint32_t hash)
{
    return hash & (table->capacity - 1);
}

int64_t table_find(const struct table *table, uint64_t hash, bool (*is_same)(const void *context, uint32_t item),
                   const void *context)
{
    if (table->count == 0)
        return TABLE_NONE;
    uint32_t wanted = folded(hash);
    for (size_t at = first_place(table, wanted); table->slots[at].item != 0; at = (at + 1) & (table->capacity - 1)) {
        const struct table_slot *slot = &table->slots[at];
        if (slot->hash == wanted && is_same(context, slot->item - 1))
            return slot->item - 1;
    }
    return TABLE_NONE;
}

static void put(struct table *table, struct table_slot slot)
{
    size_t at = first_place(table, slot.hash);
    while (table->slots[at].item != 0)
        at = (at + 1) & (table->capacity - 1);
    table->slots[at] = slot;
    table->count++;
}

static bool grow(struct table *table, struct arena *arena, size_t capacity)
{
    struct table grown = {.capacity = capacity};
    grown.slots = arena_alloc(arena, grown.capacity * sizeof *grown.slots);
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->slots[i].item != 0)
            put(&grown, table->slots[i]);
    *table = grown;
    return true;
}

bool table_reserve(struct table *table, struct arena *arena, size_t more)
{
    size_t capacity = table->capacity ? table->capacity : FIRST_CAPACITY;
    while (capacity / 2 < table->count + more)
        capacity *= 2;
    return capacity == table->capacity || grow(table, arena, capacity);
}

void table_add(struct table *table, struct arena *arena, uint64_t hash, uint32_t item)
{
    if (table_reserve(table, arena, 1))
        put(table, (struct table_slot){folded(hash), item + 1});
}
