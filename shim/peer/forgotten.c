#include "peer/forgotten.h"

#include "peer/siphash.h"

#include <stdatomic.h>
#include <sys/auxv.h>

/* Of each name 32 bits of a hash of the address, which also choose the bucket, and 32 of one of the name. */
static struct {
    _Atomic uint64_t names[FORGOTTEN_NAMES]; /* 0: free */
    atomic_bool full;
} buckets[FORGOTTEN_BUCKETS];

static uint64_t hash(const void *data, size_t length)
{
    static const uint64_t none[2];
    const uint64_t *key =
        (const uint64_t *)getauxval(AT_RANDOM); /* NOLINT(performance-no-int-to-ptr): 16 bytes, getauxval(3) */
    uint64_t copy[2];

    memcpy(copy, key != NULL ? key : none, sizeof copy);
    return siphash(copy, data, length);
}

static uint64_t mark_of(uint64_t address_hash, const struct peer_name *name)
{
    uint64_t mark = address_hash << 32 | (uint32_t)hash(name->text, strlen(name->text));

    return mark != 0 ? mark : 1;
}

void forgotten_add(const struct ip *ip, const struct peer_name *name)
{
    uint64_t address_hash = hash(ip->bytes, sizeof ip->bytes);
    uint64_t mark = mark_of(address_hash, name);
    size_t bucket = (uint32_t)address_hash % FORGOTTEN_BUCKETS;

    for (size_t i = 0; i < FORGOTTEN_NAMES; i++) {
        uint64_t known = 0;
        if (atomic_compare_exchange_strong(&buckets[bucket].names[i], &known, mark) || known == mark) {
            return;
        }
    }
    atomic_store(&buckets[bucket].full, true);
}

static bool is_one_of(uint64_t mark, uint64_t address_hash, const struct peer_name *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (mark == mark_of(address_hash, &names[i])) {
            return true;
        }
    }
    return false;
}

bool forgotten_others(const struct ip *ip, const struct peer_name *names, size_t count)
{
    uint64_t address_hash = hash(ip->bytes, sizeof ip->bytes);
    size_t bucket = (uint32_t)address_hash % FORGOTTEN_BUCKETS;

    if (atomic_load(&buckets[bucket].full)) {
        return true;
    }
    for (size_t i = 0; i < FORGOTTEN_NAMES; i++) {
        uint64_t mark = atomic_load(&buckets[bucket].names[i]);
        if (mark != 0 && mark >> 32 == (uint32_t)address_hash && !is_one_of(mark, address_hash, names, count)) {
            return true;
        }
    }
    return false;
}
