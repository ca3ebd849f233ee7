/*
 * The FNV-1a hash of 64 bits, a step at a time: quick, and for what nobody gains by making alike.
 */
#ifndef TLSWARD_FNV_H
#define TLSWARD_FNV_H

#include <stdint.h>

#define FNV_SEED UINT64_C(14695981039346656037)

/* A part is a byte, or a word where the parts are known to be words. */
static inline uint64_t fnv_add(uint64_t sum, uint64_t part)
{
    return (sum ^ part) * UINT64_C(1099511628211);
}

#endif
