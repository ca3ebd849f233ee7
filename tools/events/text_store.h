/*
 * Texts of which each is kept once, whoever needs it, under a number of 32 bits: of a hundred thousand groups most say
 * the same of most things. Not for several threads at a time.
 */
#ifndef TLSWARD_TEXT_STORE_H
#define TLSWARD_TEXT_STORE_H

#include "events/slice.h"

#include <stdint.h>

/* All zero: empty. */
struct text_store {
    char **chunks;
    size_t chunk_count;
    size_t used;      /* bytes of the last chunk */
    uint32_t *places; /* by hash: a text's number; 0: free */
    size_t place_count, count;
};

/* The text's number, never 0. A text ends where it has a NUL. */
uint32_t text_store_add(struct text_store *store, struct slice text);

/* "" for 0. Lives as long as the store. */
const char *text_store_text(const struct text_store *store, uint32_t number);

/* Room for `count` numbers beside the texts, which lives as long as the store. */
uint32_t *text_store_numbers(struct text_store *store, size_t count);

/* The store is empty then, and may be used again. */
void text_store_free(struct text_store *store);

#endif
