/*
 * A record of 64-bit words that anybody may write and read at any time without waiting: in signal handlers, in
 * children of fork(2) and vfork(2), in all threads. The version is odd while a writer is at work; a reader that
 * meets a writer, and a writer that meets another one, give up. A writer that dies or is forked away halfway leaves
 * the version odd: that record is lost to the process, the others are not.
 *
 * Words are stored with release and loaded with acquire order, which gives the ordering that seqlocks
 * usually take from fences (Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?", MSPC 2012).
 */
#ifndef TLSWARD_SEQLOCK_H
#define TLSWARD_SEQLOCK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef _Atomic uint64_t seqlock_word;

/*
 * Writes `count` words from `value` over the content that has the version `before` (0: none yet). Returns the version,
 * which no other content of this record ever has; 0, with nothing written, where there is other content by now or
 * another writer is at work.
 */
static inline uint64_t seqlock_replace(seqlock_word *version, uint64_t before, seqlock_word *words, const void *value,
                                       size_t count)
{
    if (before % 2 != 0 || !atomic_compare_exchange_strong_explicit(version, &before, before + 1, memory_order_acquire,
                                                                    memory_order_relaxed)) {
        return 0;
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < count; i++) {
        uint64_t word;
        memcpy(&word, (const char *)value + i * sizeof word, sizeof word);
        atomic_store_explicit(&words[i], word, memory_order_release);
    }
    atomic_store_explicit(version, before + 2, memory_order_release);
    return before + 2;
}

/* The same, whatever the content is; 0 only where another writer is at work. */
static inline uint64_t seqlock_write(seqlock_word *version, seqlock_word *words, const void *value, size_t count)
{
    return seqlock_replace(version, atomic_load_explicit(version, memory_order_relaxed), words, value, count);
}

/* Reads `count` words to `value`. Returns their version; 0 where there are none yet or a writer is at work. */
static inline uint64_t seqlock_read(const seqlock_word *version, const seqlock_word *words, void *value, size_t count)
{
    uint64_t before = atomic_load_explicit(version, memory_order_acquire);

    if (before % 2 != 0) {
        return 0;
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < count; i++) {
        uint64_t word = atomic_load_explicit(&words[i], memory_order_acquire);
        memcpy((char *)value + i * sizeof word, &word, sizeof word);
    }
    return atomic_load_explicit(version, memory_order_relaxed) == before ? before : 0;
}

#endif
