#include "collect/label_counts.h"

#include "events/count.h"
#include "events/distinct.h"
#include "shared/text.h"

#include <stdlib.h>

enum { PLACES = sizeof((struct label_counts *)0)->places / sizeof(uint16_t) };
_Static_assert(LABEL_COUNTS_MAX < PLACES, "there is always a free place, where a search ends");

static bool is_this(const struct label_count *item, const struct slice *labels, size_t label_count)
{
    for (size_t i = 0; i < label_count; i++)
        if (!slice_is(labels[i], item->labels[i]))
            return false;
    return true;
}

static struct label_count *add_item(struct label_counts *counts, uint16_t *place, const struct slice *labels,
                                    size_t label_count)
{
    if (counts->count == LABEL_COUNTS_MAX)
        return NULL;
    struct label_count *item = &counts->items[counts->count++];
    for (size_t i = 0; i < label_count; i++)
        item->labels[i] = text_format("%.*s", (int)labels[i].length, labels[i].text);
    *place = (uint16_t)counts->count;
    return item;
}

void label_counts_add(struct label_counts *counts, const struct slice *labels, size_t label_count, uint64_t more)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < label_count; i++)
        hash = text_hash(hash, labels[i]);
    struct label_count *item = NULL;
    for (size_t at = hash % PLACES;; at = (at + 1) % PLACES) {
        uint16_t *place = &counts->places[at];
        item = *place != 0 ? &counts->items[*place - 1] : add_item(counts, place, labels, label_count);
        if (*place == 0 || is_this(item, labels, label_count))
            break;
    }
    count_add(item != NULL ? &item->count : &counts->others, more);
}

void label_counts_free(struct label_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++)
        for (size_t j = 0; j < LABELS_MAX; j++)
            free(counts->items[i].labels[j]);
    *counts = (struct label_counts){.count = 0};
}
