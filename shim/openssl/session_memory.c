#include "openssl/session_memory.h"

#include "process/seqlock.h"

/* In whole words on 32 bits too, where a word is aligned like half of one. */
struct entry {
    _Alignas(sizeof(uint64_t)) unsigned char digest[SESSION_DIGEST_SIZE];
    unsigned char hint[SESSION_HINT_SIZE];
    unsigned char padding[4];
    struct session_mark mark;
};

enum { SLOTS = 32, WORDS = sizeof(struct entry) / sizeof(uint64_t) };
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

static bool same_mark(const struct session_mark *left, const struct session_mark *right)
{
    return left->policy == right->policy && left->rule == right->rule && left->trust == right->trust &&
           left->app_anchors == right->app_anchors && left->name_is_loose == right->name_is_loose &&
           left->has_expired == right->has_expired && peer_name_equal(&left->name, &right->name);
}

/* The slot that has it already, else that of the oldest. */
static unsigned slot_for(const struct entry *wanted)
{
    struct entry entry;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (read_slot(slot, wanted->digest, &entry) && same_mark(&entry.mark, &wanted->mark))
            return slot;
    return atomic_fetch_add_explicit(&next_slot, 1, memory_order_relaxed) % SLOTS;
}

bool session_memory_has(const unsigned char hint[static SESSION_HINT_SIZE], const struct session_mark *mark)
{
    struct entry entry;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (seqlock_read(&table[slot].version, table[slot].words, &entry, WORDS) != 0 &&
            memcmp(entry.hint, hint, sizeof entry.hint) == 0 && same_mark(&entry.mark, mark))
            return true;
    return false;
}

void session_memory_keep(const unsigned char hint[static SESSION_HINT_SIZE],
                         const unsigned char digest[static SESSION_DIGEST_SIZE], const struct session_mark *mark)
{
    struct entry entry = {.mark = *mark};
    memcpy(entry.digest, digest, sizeof entry.digest);
    memcpy(entry.hint, hint, sizeof entry.hint);
    unsigned slot = slot_for(&entry);
    seqlock_write(&table[slot].version, table[slot].words, &entry, WORDS);
}

size_t session_memory_find(const unsigned char digest[static SESSION_DIGEST_SIZE],
                           struct session_mark marks[static SESSION_MARKS_MAX])
{
    struct entry entry;
    size_t count = 0;
    unsigned newest = atomic_load_explicit(&next_slot, memory_order_relaxed) - 1;
    for (unsigned age = 0; age < SLOTS && count < SESSION_MARKS_MAX; age++)
        if (read_slot((newest - age) % SLOTS, digest, &entry))
            marks[count++] = entry.mark;
    return count;
}
