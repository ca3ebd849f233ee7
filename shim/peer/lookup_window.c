#include "peer/lookup_window.h"

__thread _Atomic uint64_t lookup_this_thread;
_Atomic uint64_t lookup_next_position;

static _Atomic uint64_t last_thread;

/* A number of our own, since the system uses thread identities again: a resolver thread's heir is not it. */
uint64_t lookup_thread_begin(void)
{
    uint64_t fresh = atomic_fetch_add_explicit(&last_thread, 1, memory_order_relaxed) + 1;
    uint64_t number = 0;

    /* A signal handler may have been here meanwhile; then its number stays. */
    return atomic_compare_exchange_strong_explicit(&lookup_this_thread, &number, fresh, memory_order_relaxed,
                                                   memory_order_relaxed)
               ? fresh
               : number;
}
