#include "openssl/app_names.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_NOTES = 64 };

/*
 * A param is set and asked for by one thread at a time, as its program has to see to, and so are the notes that have
 * it; those of others may be taken and given back meanwhile. So nobody waits for anybody, neither for a thread nor for
 * what a fork has left half-done: a note counts once its param is set, which comes last.
 */
struct note {
    _Atomic(const X509_VERIFY_PARAM *) param; /* NULL: free */
    struct peer_name name;
};

/* Pages are added as needed and never freed. */
struct page {
    struct note notes[PAGE_NOTES];
    _Atomic(struct page *) next;
};

static struct page first_page;
static const char taken; /* whose address stands for a param while the name is written */

/* The next note of a param from `note` on, which is in `*page`; NULL where there is none. */
static struct note *find(struct page **page, struct note *note, const X509_VERIFY_PARAM *param)
{
    for (;;) {
        for (; note < (*page)->notes + PAGE_NOTES; note++)
            if (atomic_load(&note->param) == param)
                return note;
        struct page *next = atomic_load(&(*page)->next);
        if (next == NULL)
            return NULL;
        *page = next;
        note = next->notes;
    }
}

static void forget(const X509_VERIFY_PARAM *param)
{
    struct page *page = &first_page;
    for (struct note *note = page->notes; (note = find(&page, note, param)) != NULL; note++)
        atomic_store(&note->param, NULL);
}

/* False where there is no memory. Of two threads that come at once one brings it for both. */
static bool add_page(struct page *last)
{
    struct page *none = NULL;
    struct page *page = calloc(1, sizeof *page);
    if (page != NULL && !atomic_compare_exchange_strong(&last->next, &none, page))
        free(page);
    return page != NULL;
}

/* A free note, which is ours then; NULL where there is no memory for one. */
static struct note *take(void)
{
    struct page *page = &first_page;
    struct note *note = page->notes;
    for (;;) {
        const X509_VERIFY_PARAM *free_one = NULL;
        note = find(&page, note, NULL);
        if (note == NULL && !add_page(page))
            return NULL;
        if (note != NULL &&
            atomic_compare_exchange_strong(&note->param, &free_one, (const X509_VERIFY_PARAM *)(const void *)&taken))
            return note;
        note = page->notes;
    }
}

/*
 * Not one that is there already, and no more than one beyond those that are told apart, which says that there were
 * more. A param that was made anew at an old one's address may have notes that are not its own.
 */
static bool is_wanted(const X509_VERIFY_PARAM *param, const struct peer_name *name)
{
    size_t count = 0;
    struct page *page = &first_page;
    for (struct note *note = page->notes; (note = find(&page, note, param)) != NULL; note++, count++)
        if (peer_name_equal(&note->name, name))
            return false;
    return count <= PEER_APP_NAMES;
}

static void put_down(const X509_VERIFY_PARAM *param, const char *name, size_t length, bool alone)
{
    struct peer_name peer = {.kind = PEER_NONE};
    if (param == NULL)
        return;
    if (name != NULL)
        peer_normalise(name, length != 0 ? length : strlen(name), &peer);
    if (alone)
        forget(param);
    struct note *place = peer.kind != PEER_NONE && is_wanted(param, &peer) ? take() : NULL;
    if (place != NULL) {
        place->name = peer;
        atomic_store(&place->param, param);
    }
}

void app_names_set(const X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    put_down(param, name, length, true);
}

void app_names_add(const X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    put_down(param, name, length, false);
}

void app_names_forget(const X509_VERIFY_PARAM *param)
{
    put_down(param, NULL, 0, true);
}

size_t app_names_of(const X509_VERIFY_PARAM *param, struct peer_name *names, size_t size)
{
    size_t count = 0;
    struct page *page = &first_page;
    if (param == NULL)
        return 0;
    for (struct note *found = page->notes; (found = find(&page, found, param)) != NULL; found++, count++)
        if (count < size)
            names[count] = found->name;
    return count;
}
