/*
 * Growing arrays without a stored capacity: it is the next power of two above the count.
 */
#ifndef TLSWARD_ARRAY_H
#define TLSWARD_ARRAY_H

#include <stdint.h>
#include <stdlib.h>

/*
 * Makes room for one element behind the `count` that `items` holds. Returns the array, perhaps moved, or NULL
 * for memory shortage; `items` is then still valid. The caller frees it with free(3).
 */
static inline void *array_grow(void *items, size_t count, size_t element_size)
{
    if (items && (count & (count - 1)) != 0)
        return items;
    size_t capacity = count ? 2 * count : 1;
    if (capacity > SIZE_MAX / element_size)
        return NULL;
    return realloc(items, capacity * element_size);
}

#endif
