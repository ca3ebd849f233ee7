#include "connection_table.h"

#include "kernel.h"

enum {
    PAGES = CONNECTION_DESCRIPTORS / CONNECTION_PAGE,
    NEAR_SLOTS = 4 * CONNECTION_PAGE,
    FAR_SLOTS = 2 * CONNECTION_DESCRIPTORS,
    PROBES = 8
};

/* Most processes have no other page than the first. */
static struct connection_record first_page[CONNECTION_PAGE];
static _Atomic(struct connection_record *) other_pages[PAGES];

/* Descriptors, plus one, by socket: cookies count up, so those of open sockets are neighbours. */
typedef _Atomic uint32_t index_slot;
static index_slot near_index[NEAR_SLOTS]; /* for the first page */
static _Atomic(index_slot *) far_index;
static atomic_bool index_is_full;

static struct connection_record *page_of(size_t page)
{
    return page == 0 ? first_page : atomic_load_explicit(&other_pages[page], memory_order_acquire);
}

struct connection_record *connection_table_get(int fd)
{
    struct connection_record *page =
        fd >= 0 && fd < CONNECTION_DESCRIPTORS ? page_of((size_t)fd / CONNECTION_PAGE) : NULL;
    return page != NULL ? &page[fd % CONNECTION_PAGE] : NULL;
}

struct connection_record *connection_table_make(int fd)
{
    struct connection_record *record = connection_table_get(fd);
    if (record != NULL || fd < 0 || fd >= CONNECTION_DESCRIPTORS)
        return record;
    const size_t size = CONNECTION_PAGE * sizeof *record;
    struct connection_record *page = kernel_map(size), *none = NULL;
    if (page != NULL && !atomic_compare_exchange_strong(&other_pages[fd / CONNECTION_PAGE], &none, page))
        kernel_unmap(page, size);
    return connection_table_get(fd);
}

static uint64_t socket_in(const struct connection_record *record)
{
    return connection_record_word(record, offsetof(struct connected_socket, socket));
}

static index_slot *far_slots(bool make)
{
    index_slot *slots = atomic_load_explicit(&far_index, memory_order_acquire), *none = NULL;
    if (slots != NULL || !make)
        return slots;
    const size_t size = FAR_SLOTS * sizeof *slots;
    slots = kernel_map(size);
    if (slots != NULL && !atomic_compare_exchange_strong(&far_index, &none, slots))
        kernel_unmap(slots, size);
    return atomic_load_explicit(&far_index, memory_order_acquire);
}

static struct connection_record *find_in(const index_slot *slots, uint64_t count, uint64_t socket)
{
    for (uint64_t probe = 0; slots != NULL && probe < PROBES; probe++) {
        uint32_t known = atomic_load_explicit(&slots[(socket + probe) % count], memory_order_relaxed);
        struct connection_record *record = known != 0 ? connection_table_get((int)known - 1) : NULL;
        if (record != NULL && socket_in(record) == socket)
            return record;
    }
    return NULL;
}

static struct connection_record *find_indexed(uint64_t socket)
{
    struct connection_record *record = find_in(near_index, NEAR_SLOTS, socket);
    return record != NULL ? record : find_in(far_slots(false), FAR_SLOTS, socket);
}

/* Whether the descriptor in a slot has a record by now whose socket does not belong there. */
static bool is_stale(uint32_t entry, uint64_t slot, uint64_t slots)
{
    const struct connection_record *record = connection_table_get((int)entry - 1);
    return record == NULL || (slot - socket_in(record)) % slots >= PROBES;
}

/* A socket that is connected again under another number: what it was asked for before counts no longer. */
static void clear_other(uint64_t socket, int fd)
{
    static const struct connected_socket nothing;
    struct connection_record *record = find_indexed(socket);
    if (record != NULL && record != connection_table_get(fd))
        seqlock_write(&record->version, record->words, &nothing, CONNECTION_WORDS);
}

void connection_table_index(uint64_t socket, int fd)
{
    clear_other(socket, fd);
    const uint64_t count = fd < CONNECTION_PAGE ? NEAR_SLOTS : FAR_SLOTS;
    index_slot *slots = fd < CONNECTION_PAGE ? near_index : far_slots(true);
    const uint32_t entry = (uint32_t)fd + 1;

    for (uint64_t probe = 0; slots != NULL && probe < PROBES; probe++) {
        uint64_t slot = (socket + probe) % count;
        uint32_t known = atomic_load_explicit(&slots[slot], memory_order_relaxed);
        if (known == entry || ((known == 0 || is_stale(known, slot, count)) &&
                               atomic_compare_exchange_strong(&slots[slot], &known, entry)))
            return;
    }
    atomic_store(&index_is_full, true);
}

struct connection_record *connection_table_find(uint64_t socket)
{
    struct connection_record *record = find_indexed(socket);
    if (record != NULL || !atomic_load(&index_is_full))
        return record;
    int fd = 0;
    while ((record = connection_table_next(&fd)) != NULL && socket_in(record) != socket)
        fd++;
    return record;
}

struct connection_record *connection_table_next(int *fd)
{
    for (; *fd < CONNECTION_DESCRIPTORS; *fd += CONNECTION_PAGE - *fd % CONNECTION_PAGE) {
        struct connection_record *page = page_of((size_t)*fd / CONNECTION_PAGE);
        if (page == NULL)
            continue;
        do {
            struct connection_record *record = &page[*fd % CONNECTION_PAGE];
            if (socket_in(record) != 0)
                return record;
        } while (++*fd % CONNECTION_PAGE != 0);
        *fd -= 1;
    }
    return NULL;
}
