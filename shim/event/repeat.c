#include "event/repeat.h"

#include "process/own_pid.h"

#include <stdatomic.h>
#include <sys/types.h>

#define SLOTS 256u
#define PROBES 16u /* places a key may have */

/*
 * The state of a slot, in one word: from bit 32 on the second of its last event plus 1 (0: none yet), a bit
 * that says the key is about to change, and the handshakes counted since. The second never goes back and the key
 * only changes together with it, so whoever exchanges a state it has read exchanges that of the key it has
 * read after it.
 */
#define CHANGING (UINT64_C(1) << 31)
#define COUNT (CHANGING - 1)

struct slot {
    _Atomic uint64_t key; /* 0: free */
    _Atomic uint64_t state;
};

static struct slot table[SLOTS];
static _Atomic uint64_t displaced; /* counts whose keys lost their slot */
static _Atomic pid_t owner;

/*
 * A child counts for itself. It has one thread at first; should several come here at the same instant later,
 * a count may be lost in it, nothing else.
 */
static void start_afresh_after_fork(void)
{
    pid_t self = own_pid();
    if (atomic_load(&owner) == self)
        return;
    pid_t before = atomic_exchange(&owner, self);
    if (before == self || before == 0)
        return;
    for (size_t i = 0; i < SLOTS; i++) {
        atomic_store(&table[i].key, 0);
        atomic_store(&table[i].state, 0);
    }
    atomic_store(&displaced, 0);
}

static uint64_t state_sent_at(time_t now)
{
    return (uint64_t)(uint32_t)(now + 1) << 32;
}

static bool is_over(uint64_t state, uint64_t sent_now)
{
    return state >> 32 == 0 || sent_now >> 32 >= (state >> 32) + REPEAT_SECONDS;
}

/* Where a key stands, or might. */
struct place {
    struct slot *slot; /* NULL: nowhere */
    uint64_t state;    /* as it was when the slot was found */
    bool own;          /* the slot has the key already */
};

/* The slot of this key, taking a free one for it if need be; else the first one whose time is over. */
static struct place find_place(uint64_t key, uint64_t sent_now)
{
    struct place place = {0};
    for (size_t i = 0; i < PROBES; i++) {
        struct slot *slot = &table[(key + i) % SLOTS];
        uint64_t state = atomic_load(&slot->state);
        uint64_t holder = atomic_load(&slot->key);
        if (holder == 0 && atomic_compare_exchange_strong(&slot->key, &holder, key))
            holder = key;
        if (holder == key && !(state & CHANGING))
            return (struct place){.slot = slot, .state = state, .own = true};
        if (!place.slot && is_over(state, sent_now))
            place = (struct place){.slot = slot, .state = state};
    }
    return place;
}

/* Gives the slot to another key, which is sent now. False if another thread was faster. */
static bool displace(const struct place *place, uint64_t key, uint64_t sent_now)
{
    uint64_t changing = sent_now | CHANGING;
    uint64_t before = place->state;
    if (!atomic_compare_exchange_strong(&place->slot->state, &before, changing))
        return false;
    atomic_fetch_add(&displaced, before & COUNT);
    atomic_store(&place->slot->key, key);
    atomic_compare_exchange_strong(&place->slot->state, &changing, sent_now);
    return true;
}

bool repeat_admit(uint64_t key, time_t now, uint64_t *repeated)
{
    uint64_t sent_now = state_sent_at(now);
    key = key ? key : REPEAT_SEED;
    *repeated = 0;
    start_afresh_after_fork();

    for (;;) {
        struct place place = find_place(key, sent_now);
        if (!place.slot)
            return true;
        bool over = is_over(place.state, sent_now);
        if (!place.own) {
            if (displace(&place, key, sent_now))
                return true;
        } else if (!over && (place.state & COUNT) == COUNT) {
            return false;
        } else if (atomic_compare_exchange_strong(&place.slot->state, &place.state,
                                                  over ? sent_now : place.state + 1)) {
            *repeated = over ? place.state & COUNT : 0;
            return over;
        }
    }
}

bool repeat_flush_next(size_t *cursor, uint64_t *key, uint64_t *count)
{
    start_afresh_after_fork();
    for (; *cursor < SLOTS; ++*cursor) {
        struct slot *slot = &table[*cursor];
        uint64_t state = atomic_load(&slot->state);
        *key = atomic_load(&slot->key);
        while ((state & COUNT) != 0 && !atomic_compare_exchange_weak(&slot->state, &state, state & ~COUNT))
            *key = atomic_load(&slot->key);
        *count = state & COUNT;
        if (*count > 0)
            return true;
    }
    *key = 0;
    *count = atomic_exchange(&displaced, 0);
    return *count > 0;
}

uint64_t repeat_hash(uint64_t seed, const char *text)
{
    const char *bytes = text ? text : "\xff";
    uint64_t hash = seed;
    do
        hash = fnv_add(hash, (unsigned char)*bytes);
    while (*bytes++);
    return hash;
}
