/*
 * SipHash-2-4 (Aumasson and Bernstein, INDOCRYPT 2012): a hash that nobody can find collisions of without its key.
 */
#ifndef TLSWARD_SIPHASH_H
#define TLSWARD_SIPHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t siphash_rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void siphash_rounds(uint64_t v[static 4], unsigned rounds)
{
    while (rounds-- > 0) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = siphash_rotate(v[1], 13) ^ v[0];
        v[3] = siphash_rotate(v[3], 16) ^ v[2];
        v[0] = siphash_rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = siphash_rotate(v[1], 17) ^ v[2];
        v[3] = siphash_rotate(v[3], 21) ^ v[0];
        v[2] = siphash_rotate(v[2], 32);
    }
}

/* The bytes are read in the machine's own order: the hash never leaves the process. */
static inline uint64_t siphash(const uint64_t key[static 2], const void *data, size_t length)
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736F6D6570736575), key[1] ^ UINT64_C(0x646F72616E646F6D),
                     key[0] ^ UINT64_C(0x6C7967656E657261), key[1] ^ UINT64_C(0x7465646279746573)};
    size_t done = 0;

    for (bool last = false; !last; done += sizeof(uint64_t)) {
        size_t left = length - done;
        uint64_t word = 0;
        last = left < sizeof word;
        memcpy(&word, (const char *)data + done, last ? left : sizeof word);
        if (last) {
            word |= (uint64_t)length << 56;
        }
        v[3] ^= word;
        siphash_rounds(v, 2);
        v[0] ^= word;
    }
    v[2] ^= 0xFF;
    siphash_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
