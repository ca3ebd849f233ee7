#include "peer/connection_table.h"

#include "process/kernel.h"

enum { PAGES = CONNECTION_DESCRIPTORS / CONNECTION_PAGE, FAR_SLOTS = 2 * CONNECTION_DESCRIPTORS, PROBES = 8 };

struct connection_record connection_first_page[CONNECTION_PAGE];
static _Atomic(struct connection_record *) other_pages[PAGES];

atomic_int connection_table_end;

void connection_table_extend(int fd)
{
    int end = atomic_load(&connection_table_end);
    while (fd < CONNECTION_DESCRIPTORS && fd >= end &&
           !atomic_compare_exchange_weak(&connection_table_end, &end, fd + 1))
        continue;
}

/* By socket: cookies count up, so those of open sockets are neighbours. */
connection_slot connection_near_index[CONNECTION_NEAR_SLOTS]; /* for the first page */
static _Atomic(connection_slot *) far_index;
static atomic_bool index_is_full;

static struct connection_record *page_of(size_t page)
{
    return page == 0 ? connection_first_page : atomic_load_explicit(&other_pages[page], memory_order_acquire);
}

struct connection_record *connection_table_get(int fd)
{
    struct connection_record *page =
        fd >= 0 && fd < CONNECTION_DESCRIPTORS ? page_of((size_t)fd / CONNECTION_PAGE) : NULL;
    return page != NULL ? &page[fd % CONNECTION_PAGE] : NULL;
}

struct connection_record *connection_table_make_page(int fd)
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

static connection_slot *far_slots(bool make)
{
    connection_slot *slots = atomic_load_explicit(&far_index, memory_order_acquire), *none = NULL;
    if (slots != NULL || !make)
        return slots;
    const size_t size = FAR_SLOTS * sizeof *slots;
    slots = kernel_map(size);
    if (slots != NULL && !atomic_compare_exchange_strong(&far_index, &none, slots))
        kernel_unmap(slots, size);
    return atomic_load_explicit(&far_index, memory_order_acquire);
}

/* Whether the descriptor in a slot has a record by now whose socket does not belong there. */
static bool is_stale(uint32_t entry, uint64_t slot, uint64_t slots)
{
    const struct connection_record *record = connection_table_get((int)entry - 1);
    return record == NULL || (slot - socket_in(record)) % slots >= PROBES;
}

void connection_table_index_elsewhere(uint64_t socket, int fd)
{
    const uint64_t count = fd < CONNECTION_PAGE ? CONNECTION_NEAR_SLOTS : FAR_SLOTS;
    connection_slot *slots = fd < CONNECTION_PAGE ? connection_near_index : far_slots(true);
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

/* A socket that was connected again under another number has two records. */
static struct connection_record *later_of(struct connection_record *one, struct connection_record *other)
{
    const size_t order = offsetof(struct connected_socket, order);
    if (one == NULL || other == NULL)
        return one != NULL ? one : other;
    return connection_record_word(one, order) > connection_record_word(other, order) ? one : other;
}

static struct connection_record *find_in(const connection_slot *slots, uint64_t count, uint64_t socket)
{
    struct connection_record *found = NULL;
    for (uint64_t probe = 0; slots != NULL && probe < PROBES; probe++) {
        uint32_t known = atomic_load_explicit(&slots[(socket + probe) % count], memory_order_relaxed);
        struct connection_record *record = known != 0 ? connection_table_get((int)known - 1) : NULL;
        if (record != NULL && socket_in(record) == socket)
            found = later_of(found, record);
    }
    return found;
}

struct connection_record *connection_table_find(uint64_t socket)
{
    struct connection_record *record, *found = later_of(find_in(connection_near_index, CONNECTION_NEAR_SLOTS, socket),
                                                        find_in(far_slots(false), FAR_SLOTS, socket));
    if (!atomic_load(&index_is_full))
        return found;
    for (int fd = 0; (record = connection_table_next(&fd)) != NULL; fd++)
        if (socket_in(record) == socket)
            found = later_of(found, record);
    return found;
}

struct connection_record *connection_table_next(int *fd)
{
    const int end = atomic_load(&connection_table_end);
    for (; *fd < end; *fd += CONNECTION_PAGE - *fd % CONNECTION_PAGE) {
        struct connection_record *page = page_of((size_t)*fd / CONNECTION_PAGE);
        if (page == NULL)
            continue;
        do {
            struct connection_record *record = &page[*fd % CONNECTION_PAGE];
            if (socket_in(record) != 0)
                return record;
        } while (++*fd < end && *fd % CONNECTION_PAGE != 0);
        *fd -= 1;
    }
    return NULL;
}
