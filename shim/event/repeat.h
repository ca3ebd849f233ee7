/*
 * Repeats are counted, not repeated: a program that polls a server once a second must not fill a disk.
 * A fixed table of atomics: no lock, no allocation, safe in a forked child, which starts with an empty table.
 */
#ifndef TLSWARD_REPEAT_H
#define TLSWARD_REPEAT_H

#include "process/fnv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Identical handshakes within this many seconds after an event went out are only counted. */
#define REPEAT_SECONDS 60

/*
 * Says whether an event with this key goes out at `now` (CLOCK_MONOTONIC seconds). If so, *repeated is the
 * number of handshakes that were only counted since the last one that went out. A full table lets all through;
 * a key that was silent for REPEAT_SECONDS may lose its place to another.
 */
bool repeat_admit(uint64_t key, time_t now, uint64_t *repeated);

/*
 * Takes the next count that no event has reported yet, for the end of the process: start with *cursor 0 and
 * call until it returns false. A key of 0 stands for all keys that lost their place in the table. Every call of
 * repeat_admit() that returned false is in exactly one *repeated or *count.
 */
bool repeat_flush_next(size_t *cursor, uint64_t *key, uint64_t *count);

/*
 * A 64-bit hash (FNV-1a over the text and its terminating NUL, so that "ab", "c" differs from "a", "bc"), for
 * keys; start with REPEAT_SEED. NULL counts as its own value: that of the byte 0xFF, which no text in UTF-8 holds.
 */
#define REPEAT_SEED FNV_SEED
uint64_t repeat_hash(uint64_t seed, const char *text);

#endif
