/*
 * Repeats are counted, not repeated: a program that polls a server once a second must not fill a disk.
 * A fixed table of atomics: no lock, no allocation, safe in a forked child.
 */
#ifndef TLSWARD_REPEAT_H
#define TLSWARD_REPEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Identical handshakes within this many seconds after an event went out are only counted. */
#define REPEAT_SECONDS 60

/*
 * Says whether an event with this key goes out at `now` (CLOCK_MONOTONIC seconds). If so, *repeated is the
 * number of handshakes that were only counted since the last one that went out. A full table lets all through.
 */
bool repeat_admit(uint64_t key, time_t now, uint64_t *repeated);

/* A 64-bit hash (FNV-1a) over strings, for keys; start with REPEAT_SEED. NULL counts as its own value. */
#define REPEAT_SEED 14695981039346656037ull
uint64_t repeat_hash(uint64_t seed, const char *text);

#endif
