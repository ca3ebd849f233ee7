/*
 * Counts by labels of which there may be any number: the first ones have counts of their own, the rest one together.
 */
#ifndef TLSWARD_COLLECT_LABEL_COUNTS_H
#define TLSWARD_COLLECT_LABEL_COUNTS_H

#include "events/slice.h"

#include <stdint.h>

#define LABEL_COUNTS_MAX 500
#define LABELS_MAX 3

struct label_count {
    char *labels[LABELS_MAX]; /* NULL: none */
    uint64_t count;
};

/* All zero: empty. */
struct label_counts {
    struct label_count items[LABEL_COUNTS_MAX];
    uint16_t places[1024]; /* by hash: an item's number from 1 on; 0: free */
    size_t count;
    uint64_t others;
};

/* Adds to the count of these labels, at most LABELS_MAX; a NUL ends a label. */
void label_counts_add(struct label_counts *counts, const struct slice *labels, size_t label_count, uint64_t more);

void label_counts_free(struct label_counts *counts);

#endif
