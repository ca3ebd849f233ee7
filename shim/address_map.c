#include "address_map.h"

#define PROBES 32u
#define REMOVED UINT64_C(1) /* no address: addresses are stored shifted by a byte, with a number of at least 1 */

/* Address and number share one word, so that both change at once. */
static uint64_t pack(const void *address, unsigned number)
{
    return ((uint64_t)(uintptr_t)address << 8) | (number + 1u);
}

static int matches(uint64_t cell, const void *address)
{
    return cell != REMOVED && cell >> 8 == ((uint64_t)(uintptr_t)address << 8) >> 8 && cell != 0;
}

static _Atomic uint64_t *cell_at(struct address_map *map, const void *address, unsigned probe)
{
    uint64_t hash = ((uint64_t)(uintptr_t)address >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    return &map->cells[((hash >> 32) + probe) & (ADDRESS_MAP_CELLS - 1)];
}

void address_map_put(struct address_map *map, const void *address, unsigned number)
{
    address_map_remove(map, address);
    for (unsigned probe = 0; probe < PROBES; probe++) {
        _Atomic uint64_t *cell = cell_at(map, address, probe);
        uint64_t seen = atomic_load_explicit(cell, memory_order_relaxed);
        if ((seen == 0 || seen == REMOVED) && atomic_compare_exchange_strong(cell, &seen, pack(address, number)))
            return;
    }
}

int address_map_get(struct address_map *map, const void *address)
{
    for (unsigned probe = 0; probe < PROBES; probe++) {
        uint64_t seen = atomic_load_explicit(cell_at(map, address, probe), memory_order_acquire);
        if (seen == 0)
            return -1;
        if (matches(seen, address))
            return (int)(seen & 0xff) - 1;
    }
    return -1;
}

void address_map_remove(struct address_map *map, const void *address)
{
    for (unsigned probe = 0; probe < PROBES; probe++) {
        _Atomic uint64_t *cell = cell_at(map, address, probe);
        uint64_t seen = atomic_load_explicit(cell, memory_order_relaxed);
        if (seen == 0)
            return;
        if (matches(seen, address))
            atomic_compare_exchange_strong(cell, &seen, REMOVED);
    }
}
