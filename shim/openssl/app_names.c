#include "openssl/app_names.h"

#include "process/kernel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_NOTES = 64 };

struct note {
    _Atomic(const X509_VERIFY_PARAM *) param; /* NULL: free */
    struct peer_name name;
};

/* Pages are added as needed and never freed. */
struct page {
    struct note notes[PAGE_NOTES];
    struct page *next;
};

static struct page first_page;
static atomic_int holder; /* the process whose thread is at work */

/*
 * Gives up rather than wait for ever: a lost name only means a weaker source. What a fork has left held, whose thread
 * is not in this process, is taken over: a note counts once its param is set, which comes last.
 */
static bool enter(void)
{
    int self = (int)kernel_getpid();
    for (int tries = 0; tries < 100000; tries++) {
        int present = 0;
        if (atomic_compare_exchange_strong(&holder, &present, self) ||
            (present != self && atomic_compare_exchange_strong(&holder, &present, self)))
            return true;
    }
    return false;
}

static void leave(void)
{
    atomic_store(&holder, 0);
}

/* The next note of a param from `note` on, which is in `*page`; NULL where there is none. */
static struct note *find(struct page **page, struct note *note, const X509_VERIFY_PARAM *param)
{
    for (;;) {
        for (; note < (*page)->notes + PAGE_NOTES; note++)
            if (note->param == param)
                return note;
        if ((*page)->next == NULL)
            return NULL;
        *page = (*page)->next;
        note = (*page)->notes;
    }
}

static void forget(const X509_VERIFY_PARAM *param)
{
    struct page *page = &first_page;
    for (struct note *note = page->notes; (note = find(&page, note, param)) != NULL; note++)
        note->param = NULL;
}

/*
 * The note that has the name already, or a free one. A param that was made anew at an old one's address may have notes
 * that are not its own: not too many, but one more than are told apart, which says that there were more.
 */
static struct note *note_for(const X509_VERIFY_PARAM *param, const struct peer_name *name)
{
    size_t count = 0;
    struct page *page = &first_page;
    struct note *oldest = NULL;
    for (struct note *note = page->notes; (note = find(&page, note, param)) != NULL; note++, count++) {
        if (peer_name_equal(&note->name, name))
            return note;
        oldest = oldest == NULL ? note : oldest;
    }
    if (count > PEER_APP_NAMES)
        return oldest;
    page = &first_page;
    struct note *empty = find(&page, page->notes, NULL);
    if (empty != NULL)
        return empty;
    page->next = calloc(1, sizeof *page->next);
    return page->next != NULL ? page->next->notes : NULL;
}

static void put_down(const X509_VERIFY_PARAM *param, const char *name, size_t length, bool alone)
{
    struct peer_name peer = {.kind = PEER_NONE};
    if (name != NULL)
        peer_normalise(name, length != 0 ? length : strlen(name), &peer);
    if (param == NULL || !enter())
        return;
    if (alone)
        forget(param);
    struct note *place = peer.kind != PEER_NONE ? note_for(param, &peer) : NULL;
    if (place != NULL) {
        place->param = NULL;
        place->name = peer;
        place->param = param;
    }
    leave();
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
    if (param == NULL || !enter())
        return 0;
    for (struct note *found = page->notes; (found = find(&page, found, param)) != NULL; found++, count++)
        if (count < size)
            names[count] = found->name;
    leave();
    return count;
}
