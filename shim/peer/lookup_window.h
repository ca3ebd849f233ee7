/*
 * Which look-ups a thread made, as positions in the order of all look-ups of the process.
 * Async-signal-safe. In the header, because every connect(2) of every process comes by here.
 */
#ifndef TLSWARD_LOOKUP_WINDOW_H
#define TLSWARD_LOOKUP_WINDOW_H

#include <stdatomic.h>
#include <stdint.h>

/* The positions [begin, end), of which other threads may have some. */
struct lookup_window {
    uint64_t thread; /* never used again for another thread of this process */
    uint64_t begin;
    uint64_t end;
};

extern __thread _Atomic uint64_t lookup_this_thread; /* its number; 0: none yet */
extern _Atomic uint64_t lookup_next_position;

/* Gives this thread a number. */
uint64_t lookup_thread_begin(void);

static inline uint64_t lookup_thread_number(void)
{
    uint64_t number = atomic_load_explicit(&lookup_this_thread, memory_order_relaxed);
    return number != 0 ? number : lookup_thread_begin();
}

/* This thread's look-ups from `begin` until now. */
static inline struct lookup_window lookup_window_since(uint64_t begin)
{
    return (struct lookup_window){
        .thread = lookup_thread_number(),
        .begin = begin,
        .end = atomic_load_explicit(&lookup_next_position, memory_order_relaxed),
    };
}

#endif
