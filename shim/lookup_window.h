/*
 * Which look-ups a thread made between two connects, as positions in the order of all look-ups of the process.
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

struct lookup_thread {
    _Atomic uint64_t number; /* 0: none yet */
    _Atomic uint64_t window_begin;
};

extern __thread struct lookup_thread lookup_this_thread;
extern _Atomic uint64_t lookup_next_position;

/* Gives this thread a number. */
uint64_t lookup_thread_begin(void);

static inline uint64_t lookup_thread_number(void)
{
    uint64_t number = atomic_load_explicit(&lookup_this_thread.number, memory_order_relaxed);
    return number != 0 ? number : lookup_thread_begin();
}

/* This thread's look-ups since its previous lookup_window_end(). */
static inline struct lookup_window lookup_window_now(void)
{
    uint64_t thread = lookup_thread_number();
    return (struct lookup_window){
        .thread = thread,
        .begin = atomic_load_explicit(&lookup_this_thread.window_begin, memory_order_relaxed),
        .end = atomic_load_explicit(&lookup_next_position, memory_order_relaxed),
    };
}

static inline struct lookup_window lookup_window_end(void)
{
    struct lookup_window window = lookup_window_now();
    atomic_store_explicit(&lookup_this_thread.window_begin, window.end, memory_order_relaxed);
    return window;
}

#endif
