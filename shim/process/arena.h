/*
 * Memory that lives and dies together: everything a policy owns is allocated here, so that freeing the policy
 * is one walk over a few blocks. It comes from the kernel: malloc(3) may be the program's own, with a lock that is held
 * when dlopen(3) is called.
 */
#ifndef TLSWARD_ARENA_H
#define TLSWARD_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    bool exhausted; /* an allocation failed at some time: what was built is incomplete */
};

/* Zeroed memory, aligned for any type; NULL (and `exhausted`) on memory shortage. */
void *arena_alloc(struct arena *arena, size_t size);

/* A terminated copy of `length` bytes. */
char *arena_copy(struct arena *arena, const char *data, size_t length);

/*
 * An array holding the `count` items of `array` (NULL for none) with room for at least one more. The result
 * may be `array` itself; otherwise the old one stays valid, unused, until the arena is freed.
 */
void *arena_grow(struct arena *arena, const void *array, size_t count, size_t item_size);

/* What is in `other` lives as long as `arena` from now on; `other` is empty then. */
void arena_take(struct arena *arena, struct arena *other);

void arena_free(struct arena *arena);

#endif
