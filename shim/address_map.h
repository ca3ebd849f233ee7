/*
 * A small map from addresses to small numbers, without locks or allocation. Full means forgetting, so a caller
 * must have another way to find out.
 */
#ifndef TLSWARD_ADDRESS_MAP_H
#define TLSWARD_ADDRESS_MAP_H

#include <stdatomic.h>
#include <stdint.h>

#define ADDRESS_MAP_CELLS 4096 /* a power of two */

struct address_map {
    _Atomic uint64_t cells[ADDRESS_MAP_CELLS];
};

/* Remembers number (0 to 254) for the address; an earlier number for it is replaced. */
void address_map_put(struct address_map *map, const void *address, unsigned number);

/* The number, or -1 where the address is not known. */
int address_map_get(struct address_map *map, const void *address);

void address_map_remove(struct address_map *map, const void *address);

#endif
