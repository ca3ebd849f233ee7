#include "openssl/call_sites.h"

#include "process/seqlock.h"

#define PLACES 1024u /* a power of two */

struct call_site {
    uint64_t identity;
    const void *caller;
    struct library *library;
};

enum { WORDS = sizeof(struct call_site) / sizeof(uint64_t) };
_Static_assert(sizeof(struct call_site) % sizeof(uint64_t) == 0, "a place is copied in whole words");

static struct {
    seqlock_word version;
    seqlock_word words[WORDS];
} table[PLACES];

static unsigned place_of(const void *caller)
{
    uint64_t hash = (uint64_t)(uintptr_t)caller * UINT64_C(0x9E3779B97F4A7C15); /* Fibonacci hashing */
    return (unsigned)(hash >> 32) & (PLACES - 1);
}

struct library *call_sites_find(const void *caller, uint64_t identity)
{
    struct call_site found;
    unsigned place = place_of(caller);
    if (identity == 0 || seqlock_read(&table[place].version, table[place].words, &found, WORDS) == 0)
        return NULL;
    return found.caller == caller && found.identity == identity ? found.library : NULL;
}

void call_sites_keep(const void *caller, uint64_t identity, struct library *library)
{
    const struct call_site site = {.caller = caller, .identity = identity, .library = library};
    unsigned place = place_of(caller);
    if (identity != 0)
        seqlock_write(&table[place].version, table[place].words, &site, WORDS);
}
