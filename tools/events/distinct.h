/*
 * How many different texts there were, in little memory: exactly for a few, and beyond that as HyperLogLog estimates it
 * (Flajolet and others, 2007), with an error of about 1.04 / sqrt(256), 7 %.
 */
#ifndef TLSWARD_DISTINCT_H
#define TLSWARD_DISTINCT_H

#include "events/slice.h"

#include <stdint.h>

/* All zero: none. */
struct distinct {
    uint64_t first;             /* the hash of the first one, 0: none */
    struct distinct_many *many; /* all of them, from the second on */
};

void distinct_add(struct distinct *distinct, struct slice text);

/* *exact: whether it is no estimate. */
uint64_t distinct_count(const struct distinct *distinct, bool *exact);

/* Adds those of the other one, which stays as it is. */
void distinct_merge(struct distinct *distinct, const struct distinct *other);

void distinct_free(struct distinct *distinct);

/* A hash of 64 bits whose every bit depends on every byte; never 0. */
uint64_t text_hash(uint64_t seed, struct slice text);

#endif
