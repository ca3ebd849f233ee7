/*
 * Sums of what events claim, which may be anything: they stop at the largest number instead of starting again.
 */
#ifndef TLSWARD_COUNT_H
#define TLSWARD_COUNT_H

#include <stdint.h>

static inline void count_add(uint64_t *sum, uint64_t more)
{
    *sum = *sum + more < more ? UINT64_MAX : *sum + more;
}

#endif
