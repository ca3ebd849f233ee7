#include "process/arena.h"

#include "process/kernel.h"

#include <string.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) char data[];
};

static struct arena_block *block_new(struct arena *arena, size_t size)
{
    size_t needed = sizeof(struct arena_block) + size;
    size_t whole = (needed + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
    struct arena_block *block = kernel_map(whole);
    if (!block)
        return NULL;
    block->size = whole - sizeof *block;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < rounded)
        block = block_new(arena, rounded);
    if (!block) {
        arena->exhausted = true;
        return NULL;
    }
    void *memory = block->data + block->used;
    block->used += rounded;
    return memory;
}

char *arena_copy(struct arena *arena, const char *data, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (copy)
        memcpy(copy, data, length);
    return copy;
}

void *arena_grow(struct arena *arena, const void *array, size_t count, size_t item_size)
{
    /* The capacity is the next power of two, so an array is full exactly when its count is one. */
    bool full = (count & (count - 1)) == 0;
    if (!full)
        return (void *)array;
    void *grown = arena_alloc(arena, (count ? 2 * count : 1) * item_size);
    if (grown && count)
        memcpy(grown, array, count * item_size);
    return grown;
}

void arena_take(struct arena *arena, struct arena *other)
{
    struct arena_block **last = &arena->blocks;
    while (*last)
        last = &(*last)->next;
    *last = other->blocks;
    arena->exhausted |= other->exhausted;
    *other = (struct arena){0};
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        kernel_unmap(block, sizeof *block + block->size);
        block = next;
    }
    *arena = (struct arena){0};
}
