/*
 * How many datagrams were taken and what became of them, in a file that is mapped: it outlives the process, however
 * that ends, so that the next one knows how many were in its memory.
 *
 * Every datagram that was taken is settled (written, or refused as no event) or told (lost, and an event in the file
 * says so). What is neither, and not in memory, is lost and to be told.
 */
#ifndef TLSWARD_COLLECT_LEDGER_H
#define TLSWARD_COLLECT_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

struct ledger;

/* What the writing thread knows. */
struct ledger_state {
    uint64_t settled, told;
    uint64_t inode, length; /* the file that events are appended to, and what of it these counts stand for */
};

/*
 * Opens or makes the file, and locks it against a second collector. NULL with *why, a text that lives for ever. A file
 * that is none of ours is begun anew.
 */
struct ledger *ledger_open(int directory, const char **why);

/* By the receiving thread, before anything else is done with a datagram. */
void ledger_take(struct ledger *ledger);

uint64_t ledger_taken(const struct ledger *ledger);

struct ledger_state ledger_state(const struct ledger *ledger);

/* By the writing thread, after it wrote. All of it is seen by the next process, or nothing. */
void ledger_set(struct ledger *ledger, const struct ledger_state *state);

void ledger_close(struct ledger *ledger);

#endif
