#include "session_memory.h"

#include "seqlock.h"

struct entry {
    unsigned char digest[SESSION_DIGEST_SIZE];
    struct session_mark mark;
};

enum { SLOTS = 16, WORDS = sizeof(struct entry) / sizeof(uint64_t) };
_Static_assert(sizeof(struct entry) % sizeof(uint64_t) == 0, "an entry is copied in whole words");

static struct {
    seqlock_word version;
    seqlock_word words[WORDS];
} table[SLOTS];
static atomic_uint next_slot;

static bool read_slot(unsigned slot, const unsigned char *digest, struct entry *entry)
{
    return seqlock_read(&table[slot].version, table[slot].words, entry, WORDS) != 0 &&
           memcmp(entry->digest, digest, sizeof entry->digest) == 0;
}

static unsigned slot_for(const unsigned char *digest)
{
    struct entry entry;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (read_slot(slot, digest, &entry))
            return slot;
    return atomic_fetch_add_explicit(&next_slot, 1, memory_order_relaxed) % SLOTS;
}

void session_memory_keep(const unsigned char digest[static SESSION_DIGEST_SIZE], const struct session_mark *mark)
{
    struct entry entry = {.mark = *mark};
    memcpy(entry.digest, digest, sizeof entry.digest);
    unsigned slot = slot_for(digest);
    seqlock_write(&table[slot].version, table[slot].words, &entry, WORDS);
}

bool session_memory_find(const unsigned char digest[static SESSION_DIGEST_SIZE], struct session_mark *mark)
{
    struct entry entry;
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        if (!read_slot(slot, digest, &entry))
            continue;
        *mark = entry.mark;
        return true;
    }
    return false;
}
