#include "events/text_store.h"

#include "events/distinct.h"
#include "shared/text.h"

#include <stdlib.h>

/* A number is that of a chunk, and behind it of a place in the chunk, of which each is so many bytes. */
enum { UNIT = sizeof(uint32_t), OFFSET_BITS = 16, CHUNK = UNIT << OFFSET_BITS };

/* Where there are more than numbers can name, which are 16 GiB, there is no more memory, either. */
static void add_chunk(struct text_store *store, size_t size)
{
    if (store->chunk_count == UINT32_MAX >> OFFSET_BITS)
        text_grow(NULL, SIZE_MAX / 2, 1);
    store->chunks = text_grow(store->chunks, store->chunk_count + 1, sizeof *store->chunks);
    store->chunks[store->chunk_count++] = text_grow(NULL, size, 1);
}

/* The place's number. */
static uint32_t take_room(struct text_store *store, size_t size)
{
    size = (size + UNIT - 1) / UNIT * UNIT;
    if (store->chunk_count == 0 || size > CHUNK - store->used) {
        bool is_first = store->chunk_count == 0;
        store->used = is_first ? UNIT : 0; /* no number is 0 */
        add_chunk(store, size + store->used > CHUNK ? size + store->used : CHUNK);
    }
    uint32_t number = (uint32_t)((store->chunk_count - 1) << OFFSET_BITS | store->used / UNIT);
    store->used = size > CHUNK - store->used ? CHUNK : store->used + size;
    return number;
}

static char *place_of(const struct text_store *store, uint32_t number)
{
    return store->chunks[number >> OFFSET_BITS] + (size_t)UNIT * (number & ((1u << OFFSET_BITS) - 1));
}

const char *text_store_text(const struct text_store *store, uint32_t number)
{
    return number != 0 ? place_of(store, number) : "";
}

uint32_t *text_store_numbers(struct text_store *store, size_t count)
{
    return (void *)place_of(store, take_room(store, count * sizeof(uint32_t)));
}

static void place_text(struct text_store *store, uint32_t number)
{
    size_t mask = store->place_count - 1, place = text_hash(0, slice_of(place_of(store, number))) & mask;
    while (store->places[place] != 0)
        place = (place + 1) & mask;
    store->places[place] = number;
}

/* At most half of the places are taken. */
static void make_places(struct text_store *store)
{
    if (store->place_count > 2 * store->count)
        return;
    uint32_t *old = store->places;
    size_t old_count = store->place_count;
    store->place_count = old_count > 0 ? 2 * old_count : 1024;
    store->places = text_grow(NULL, store->place_count, sizeof *store->places);
    memset(store->places, 0, store->place_count * sizeof *store->places);
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != 0)
            place_text(store, old[i]);
    free(old);
}

uint32_t text_store_add(struct text_store *store, struct slice text)
{
    text.length = text.length > 0 ? strnlen(text.text, text.length) : 0;
    make_places(store);
    size_t mask = store->place_count - 1;
    for (size_t place = text_hash(0, text) & mask; store->places[place] != 0; place = (place + 1) & mask)
        if (slice_is(text, place_of(store, store->places[place])))
            return store->places[place];
    uint32_t number = take_room(store, text.length + 1);
    char *copy = place_of(store, number);
    *(char *)mempcpy(copy, text.length > 0 ? text.text : "", text.length) = '\0';
    place_text(store, number);
    store->count++;
    return number;
}

void text_store_free(struct text_store *store)
{
    for (size_t i = 0; i < store->chunk_count; i++)
        free(store->chunks[i]);
    free(store->chunks);
    free(store->places);
    *store = (struct text_store){.count = 0};
}
