/*
 * The lists of deny-pin: a rule denies what [policy] denies, and what it names besides.
 */
#ifndef TLSWARD_DENIED_KEYS_H
#define TLSWARD_DENIED_KEYS_H

#include "policy/policy.h"
#include "process/arena.h"

struct policy;

/* Gives [policy] and each rule that names keys of its own their lists. Memory shortage shows in the arena. */
void denied_keys_gather(struct policy *policy);

/* A copy with the list of all that the policy denies; NULL for none. Memory shortage shows in the arena. */
const struct denied_keys *denied_keys_copy(struct arena *arena, const struct denied_keys *keys);

uint64_t denied_keys_hash(uint64_t sum, const struct denied_keys *keys);
bool denied_keys_same(const struct denied_keys *a, const struct denied_keys *b);

#endif
