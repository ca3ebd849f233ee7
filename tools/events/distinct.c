#include "events/distinct.h"

#include "shared/text.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 32, REGISTERS = 256, REGISTER_BITS = 8 };

/* Few hashes, or when there are more the registers of HyperLogLog: in the same place. */
struct distinct_many {
    unsigned count; /* of the hashes; FEW + 1: the registers count */
    union {
        uint64_t hashes[FEW];
        uint8_t registers[REGISTERS];
    } is;
};

/* The finisher of MurmurHash3 (Appleby, public domain): each bit of the result depends on each bit. */
static uint64_t mix(uint64_t word)
{
    word = (word ^ word >> 33) * UINT64_C(0xFF51AFD7ED558CCD);
    word = (word ^ word >> 33) * UINT64_C(0xC4CEB9FE1A85EC53);
    return word ^ word >> 33;
}

uint64_t text_hash(uint64_t seed, struct slice text)
{
    uint64_t hash = seed ^ text.length * UINT64_C(0x9E3779B97F4A7C15), word;
    while (text.length >= sizeof word) {
        memcpy(&word, text.text, sizeof word);
        hash = mix(hash ^ word);
        text = (struct slice){text.text + sizeof word, text.length - sizeof word};
    }
    word = 0;
    if (text.length > 0)
        memcpy(&word, text.text, text.length);
    hash = mix(hash ^ word);
    return hash != 0 ? hash : 1;
}

/* The first bits choose the register, which keeps the longest run of zeros that the others began with. */
static void note(uint8_t registers[static REGISTERS], uint64_t hash)
{
    uint64_t rest = hash << REGISTER_BITS | 1ull << (REGISTER_BITS - 1);
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
    uint8_t *place = &registers[hash >> (64 - REGISTER_BITS)];
    *place = rank > *place ? rank : *place;
}

static void estimate_from_now_on(struct distinct_many *many)
{
    uint64_t hashes[FEW];
    memcpy(hashes, many->is.hashes, sizeof hashes);
    memset(&many->is, 0, sizeof many->is);
    for (size_t i = 0; i < FEW; i++)
        note(many->is.registers, hashes[i]);
    many->count = FEW + 1;
}

static void add_hash(struct distinct *distinct, uint64_t hash)
{
    if (distinct->first == 0)
        distinct->first = hash;
    if (distinct->first == hash)
        return;
    if (distinct->many == NULL) {
        distinct->many = text_grow(NULL, 1, sizeof *distinct->many);
        *distinct->many = (struct distinct_many){.count = 1, .is.hashes = {distinct->first}};
    }
    struct distinct_many *many = distinct->many;
    for (size_t i = 0; many->count <= FEW && i < many->count; i++)
        if (many->is.hashes[i] == hash)
            return;
    if (many->count == FEW)
        estimate_from_now_on(many);
    if (many->count > FEW)
        note(many->is.registers, hash);
    else
        many->is.hashes[many->count++] = hash;
}

void distinct_add(struct distinct *distinct, struct slice text)
{
    if (text.length > 0)
        add_hash(distinct, text_hash(0, text));
}

/* "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", figure 3, for hashes of 64 bits. */
static uint64_t estimate(const uint8_t registers[static REGISTERS])
{
    const double count = REGISTERS, bias = 0.7213 / (1 + 1.079 / count);
    double sum = 0, empty = 0;
    for (size_t i = 0; i < REGISTERS; i++) {
        sum += ldexp(1, -registers[i]);
        empty += registers[i] == 0;
    }
    double raw = bias * count * count / sum;
    if (raw <= 2.5 * count && empty > 0)
        raw = count * log(count / empty);
    return (uint64_t)(raw + 0.5);
}

uint64_t distinct_count(const struct distinct *distinct, bool *exact)
{
    *exact = distinct->many == NULL || distinct->many->count <= FEW;
    if (distinct->many == NULL)
        return distinct->first != 0;
    return *exact ? distinct->many->count : estimate(distinct->many->is.registers);
}

void distinct_merge(struct distinct *distinct, const struct distinct *other)
{
    if (other->first != 0)
        add_hash(distinct, other->first);
    if (other->many == NULL)
        return;
    if (other->many->count <= FEW) {
        for (size_t i = 0; i < other->many->count; i++)
            add_hash(distinct, other->many->is.hashes[i]);
        return;
    }
    struct distinct_many *many = distinct->many;
    if (many == NULL) {
        many = distinct->many = text_grow(NULL, 1, sizeof *many);
        *many = (struct distinct_many){.count = FEW + 1};
        note(many->is.registers, distinct->first);
    } else if (many->count <= FEW) {
        struct distinct_many few = *many;
        *many = (struct distinct_many){.count = FEW + 1};
        for (size_t i = 0; i < few.count; i++)
            note(many->is.registers, few.is.hashes[i]);
    }
    for (size_t i = 0; i < REGISTERS; i++)
        if (other->many->is.registers[i] > many->is.registers[i])
            many->is.registers[i] = other->many->is.registers[i];
}

void distinct_free(struct distinct *distinct)
{
    free(distinct->many);
    *distinct = (struct distinct){.first = 0};
}
