#include "peer/lookups.h"

#include "peer/forgotten.h"
#include "process/seqlock.h"

struct pair {
    struct ip ip;
    struct peer_name name;
    uint32_t padding;
};

/* One look-up: which thread made it, and which content of which pair it led to. */
struct lookup {
    uint64_t position;
    uint64_t thread;
    uint64_t slot;
    uint64_t version;
};

enum {
    IP_WORDS = sizeof(struct ip) / sizeof(uint64_t),
    PAIR_WORDS = sizeof(struct pair) / sizeof(uint64_t),
    LOOKUP_WORDS = sizeof(struct lookup) / sizeof(uint64_t)
};
_Static_assert(sizeof(struct pair) % sizeof(uint64_t) == 0, "a pair is copied in whole words");
_Static_assert(offsetof(struct pair, ip) == 0, "the address is looked at before the rest is copied");

static struct {
    seqlock_word version;
    seqlock_word words[PAIR_WORDS];
} pairs[LOOKUP_PAIRS];

static struct {
    seqlock_word version;
    seqlock_word words[LOOKUP_WORDS];
} lookups[LOOKUP_ORDER];

static _Atomic uint64_t next_pair;

static __thread struct lookup latest;

/* Reads a pair if it is about `ip`. Returns its version, or 0. */
static uint64_t read_pair(size_t slot, const struct ip *ip, struct pair *pair)
{
    uint64_t words[IP_WORDS];

    memcpy(words, ip->bytes, sizeof words);
    for (size_t i = 0; i < IP_WORDS; i++) {
        if (atomic_load_explicit(&pairs[slot].words[i], memory_order_relaxed) != words[i]) {
            return 0;
        }
    }
    uint64_t version = seqlock_read(&pairs[slot].version, pairs[slot].words, pair, PAIR_WORDS);
    return version != 0 && ip_equal(&pair->ip, ip) ? version : 0;
}

static size_t pairs_in_use(void)
{
    uint64_t next = atomic_load_explicit(&next_pair, memory_order_relaxed);

    return next < LOOKUP_PAIRS ? (size_t)next : LOOKUP_PAIRS;
}

/* The text says the kind: no host name reads like an address, and what is neither has no text. */
static bool same_name(const struct peer_name *a, const struct peer_name *b)
{
    return strcmp(a->text, b->text) == 0;
}

/* Two threads may add the same pair twice, which does no harm. */
static bool find_pair(const struct ip *ip, const struct peer_name *name, struct lookup *lookup)
{
    size_t used = pairs_in_use();
    struct pair pair = {.padding = 0};

    for (size_t slot = 0; slot < used; slot++) {
        uint64_t version = read_pair(slot, ip, &pair);
        if (version != 0 && same_name(&pair.name, name)) {
            lookup->slot = slot;
            lookup->version = version;
            return true;
        }
    }
    return false;
}

/* What is overwritten is remembered as forgotten before it is gone. Returns the version, 0 where a writer is at work.
 */
static uint64_t replace_pair(size_t slot, const struct pair *pair)
{
    struct pair old = {.padding = 0};
    uint64_t before = seqlock_read(&pairs[slot].version, pairs[slot].words, &old, PAIR_WORDS);

    if (before != 0) {
        forgotten_add(&old.ip, &old.name);
    }
    return seqlock_replace(&pairs[slot].version, before, pairs[slot].words, pair, PAIR_WORDS);
}

static void add_pair(const struct ip *ip, const struct peer_name *name, struct lookup *lookup)
{
    struct pair pair = {.ip = *ip, .name = *name};

    for (size_t tries = 0; tries < LOOKUP_PAIRS && lookup->version == 0; tries++) {
        size_t slot = (size_t)(atomic_fetch_add_explicit(&next_pair, 1, memory_order_relaxed) % LOOKUP_PAIRS);
        lookup->slot = slot;
        lookup->version = replace_pair(slot, &pair);
    }
    if (lookup->version == 0) {
        forgotten_add(ip, name);
    }
}

static inline void add_to_order(struct lookup *lookup)
{
    size_t slot, tries = 0;

    do {
        lookup->position = atomic_fetch_add_explicit(&lookup_next_position, 1, memory_order_relaxed);
        slot = (size_t)(lookup->position % LOOKUP_ORDER);
    } while (seqlock_write(&lookups[slot].version, lookups[slot].words, lookup, LOOKUP_WORDS) == 0 &&
             ++tries < LOOKUP_ORDER);
}

void lookups_skip(const struct ip *ip, const struct peer_name *name)
{
    forgotten_add(ip, name);
}

void lookups_add(const struct ip *ip, const struct peer_name *name)
{
    struct lookup lookup = {.thread = lookup_thread_number()};

    if (!find_pair(ip, name, &lookup)) {
        add_pair(ip, name, &lookup);
    }
    add_to_order(&lookup);
    latest = lookup;
}

bool lookups_add_latest(void)
{
    if (latest.version == 0 ||
        atomic_load_explicit(&pairs[latest.slot].version, memory_order_relaxed) != latest.version) {
        return false;
    }
    add_to_order(&latest);
    return true;
}

static void add_candidate(struct name_candidates *candidates, const struct peer_name *name)
{
    for (size_t i = 0; i < candidates->count; i++) {
        if (same_name(&candidates->names[i], name)) {
            return;
        }
    }
    if (candidates->count < PEER_LOOKUP_NAMES) {
        candidates->names[candidates->count++] = *name;
    } else {
        candidates->incomplete = true;
    }
}

void lookups_by_address(const struct ip *ip, struct name_candidates *candidates)
{
    size_t used = pairs_in_use();
    struct pair pair = {.padding = 0};

    candidates->count = 0;
    candidates->incomplete = false;
    for (size_t slot = 0; slot < used; slot++) {
        if (read_pair(slot, ip, &pair) != 0) {
            add_candidate(candidates, &pair.name);
        }
    }
    /* Asked last: what is overwritten meanwhile was remembered before. */
    if (forgotten_others(ip, candidates->names, candidates->count)) {
        candidates->incomplete = true;
    }
}

/* Whether the record at `position` is one of the thread's that led to `ip`. */
static bool led_to(uint64_t position, uint64_t thread, const struct ip *ip)
{
    size_t slot = (size_t)(position % LOOKUP_ORDER);
    struct lookup lookup;
    struct pair pair = {.padding = 0};

    return seqlock_read(&lookups[slot].version, lookups[slot].words, &lookup, LOOKUP_WORDS) != 0 &&
           lookup.position == position && lookup.thread == thread && lookup.version != 0 &&
           read_pair((size_t)lookup.slot, ip, &pair) == lookup.version;
}

bool lookups_led_to(const struct ip *ip, const struct lookup_window *window)
{
    if (window->end - window->begin > LOOKUP_ORDER) { /* the loop stays short */
        return false;
    }
    for (uint64_t position = window->begin; position < window->end; position++) {
        if (led_to(position, window->thread, ip)) {
            return true;
        }
    }
    return false;
}
