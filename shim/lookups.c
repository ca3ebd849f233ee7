#include "lookups.h"

#include "seqlock.h"

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

/* A Bloom filter (CACM 13(7), 1970) of all addresses that were ever looked up; it counts once one was forgotten. */
static _Atomic uint64_t filter[LOOKUP_FILTER_BITS / 64];
static atomic_bool skipped;

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

static void add_pair(const struct ip *ip, const struct peer_name *name, struct lookup *lookup)
{
    struct pair pair = {.ip = *ip, .name = *name};

    for (size_t tries = 0; tries < LOOKUP_PAIRS && lookup->version == 0; tries++) {
        size_t slot = (size_t)(atomic_fetch_add_explicit(&next_pair, 1, memory_order_relaxed) % LOOKUP_PAIRS);
        lookup->slot = slot;
        lookup->version = seqlock_write(&pairs[slot].version, pairs[slot].words, &pair, PAIR_WORDS);
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

/* Two bits of the filter for each address, by the finalizer of SplitMix64 (OOPSLA 2014), once per word. */
static void filter_bits(const struct ip *ip, uint32_t bits[static 2])
{
    uint64_t words[IP_WORDS];
    uint64_t hash = 0;

    memcpy(words, ip->bytes, sizeof words);
    for (size_t i = 0; i < IP_WORDS; i++) {
        hash ^= words[i];
        hash = (hash ^ hash >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        hash = (hash ^ hash >> 27) * UINT64_C(0x94D049BB133111EB);
        hash ^= hash >> 31;
    }
    bits[0] = (uint32_t)(hash % LOOKUP_FILTER_BITS);
    bits[1] = (uint32_t)(hash >> 32) % LOOKUP_FILTER_BITS;
}

static void remember_address(const struct ip *ip)
{
    uint32_t bits[2];

    filter_bits(ip, bits);
    for (size_t i = 0; i < 2; i++) {
        atomic_fetch_or_explicit(&filter[bits[i] / 64], UINT64_C(1) << bits[i] % 64, memory_order_relaxed);
    }
}

void lookups_skip(const struct ip *ip)
{
    remember_address(ip);
    atomic_store_explicit(&skipped, true, memory_order_relaxed);
}

bool lookups_forgot(const struct ip *ip)
{
    uint32_t bits[2];
    bool seen = atomic_load_explicit(&skipped, memory_order_relaxed) ||
                atomic_load_explicit(&next_pair, memory_order_relaxed) > LOOKUP_PAIRS;

    filter_bits(ip, bits);
    for (size_t i = 0; i < 2; i++) {
        seen = seen && (atomic_load_explicit(&filter[bits[i] / 64], memory_order_relaxed) >> bits[i] % 64 & 1) != 0;
    }
    return seen;
}

void lookups_add(const struct ip *ip, const struct peer_name *name)
{
    struct lookup lookup = {.thread = lookup_thread_number()};

    if (!find_pair(ip, name, &lookup)) {
        add_pair(ip, name, &lookup);
        remember_address(ip);
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
    if (candidates->count == 0) {
        candidates->first = *name;
        candidates->count = 1;
    } else if (!same_name(&candidates->first, name)) {
        candidates->count = 2;
    }
}

struct name_candidates lookups_by_address(const struct ip *ip)
{
    struct name_candidates candidates = {.count = 0};
    size_t used = pairs_in_use();
    struct pair pair = {.padding = 0};

    for (size_t slot = 0; slot < used; slot++) {
        if (read_pair(slot, ip, &pair) != 0) {
            add_candidate(&candidates, &pair.name);
        }
    }
    return candidates;
}

struct name_candidates lookups_by_window(const struct ip *ip, const struct lookup_window *window)
{
    struct name_candidates candidates = {.count = 0};
    struct lookup lookup;
    struct pair pair = {.padding = 0};

    if (window->end - window->begin > LOOKUP_ORDER) { /* and the loop stays short */
        return (struct name_candidates){.count = 2};
    }
    for (uint64_t position = window->begin; position < window->end; position++) {
        size_t slot = (size_t)(position % LOOKUP_ORDER);
        uint64_t version = seqlock_read(&lookups[slot].version, lookups[slot].words, &lookup, LOOKUP_WORDS);
        if (version == 0 || lookup.position != position || lookup.thread != window->thread) {
            continue;
        }
        if (read_pair((size_t)lookup.slot, ip, &pair) == lookup.version) {
            add_candidate(&candidates, &pair.name);
        } else if (atomic_load_explicit(&pairs[lookup.slot].version, memory_order_relaxed) != lookup.version) {
            return (struct name_candidates){.count = 2}; /* the pair is forgotten and may have been about `ip` */
        }
    }
    /* What was overwritten before or meanwhile was skipped above. */
    bool complete = atomic_load_explicit(&lookup_next_position, memory_order_relaxed) - window->begin <= LOOKUP_ORDER;
    return complete ? candidates : (struct name_candidates){.count = 2};
}
