#include "openssl/name_watch.h"

#include "process/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DIGEST_WORDS = API_SHA1_SIZE / sizeof(uint32_t), PAGE_WATCHES = 32 };
enum { NAMES_READ = 1, NAME_MATCHED = 2, NAME_MISMATCHED = 4 };

struct name_watch {
    _Atomic(const X509 *) leaf; /* NULL: free; set last */
    atomic_bool taken;
    atomic_int thread;
    atomic_uint digest[DIGEST_WORDS]; /* SHA-1, which libcrypto keeps: tells a copy */
    atomic_uint seen;
};

/* Pages are added as needed and never freed. */
struct page {
    struct name_watch watches[PAGE_WATCHES];
    _Atomic(struct page *) next;
};

static struct page first_page;
static atomic_int running;

static bool digest_of(const struct openssl_api *api, const X509 *certificate, uint32_t words[static DIGEST_WORDS])
{
    unsigned char digest[API_SHA1_SIZE];
    api->ERR_set_mark();
    bool has_digest = api_certificate_sha1(api, certificate, digest);
    api->ERR_pop_to_mark();
    if (has_digest)
        memcpy(words, digest, sizeof digest);
    return has_digest;
}

static struct name_watch *take_from(struct page *page)
{
    for (size_t i = 0; i < PAGE_WATCHES; i++)
        if (!atomic_exchange(&page->watches[i].taken, true))
            return &page->watches[i];
    return NULL;
}

/* Of several that add a page at once, each finds room in one of them. */
static struct page *page_after(struct page *page)
{
    struct page *next = atomic_load(&page->next);
    if (next != NULL)
        return next;
    struct page *added = calloc(1, sizeof *added);
    if (added == NULL || atomic_compare_exchange_strong(&page->next, &next, added))
        return added;
    free(added);
    return next;
}

struct name_watch *name_watch_begin(const struct library *library, const X509 *leaf)
{
    uint32_t words[DIGEST_WORDS];
    struct name_watch *watch = NULL;
    if (!digest_of(&library->api, leaf, words))
        return NULL;
    for (struct page *page = &first_page; page != NULL && watch == NULL;) {
        watch = take_from(page);
        if (watch == NULL)
            page = page_after(page);
    }
    if (watch == NULL)
        return NULL;
    for (size_t i = 0; i < DIGEST_WORDS; i++)
        atomic_store(&watch->digest[i], words[i]);
    atomic_store(&watch->thread, (int)kernel_gettid());
    atomic_store(&watch->seen, 0);
    atomic_store(&watch->leaf, leaf);
    atomic_fetch_add(&running, 1);
    return watch;
}

bool name_watch_has_seen(const struct name_watch *watch)
{
    unsigned seen = watch != NULL ? atomic_load(&watch->seen) : 0;
    return (seen & NAME_MATCHED) != 0 || seen == NAMES_READ;
}

bool name_watch_may_have_refused(const struct name_watch *watch)
{
    unsigned seen = watch != NULL ? atomic_load(&watch->seen) : NAME_MISMATCHED;
    return seen != 0 && (seen & NAME_MATCHED) == 0;
}

void name_watch_end(struct name_watch *watch)
{
    if (watch == NULL)
        return;
    atomic_fetch_sub(&running, 1);
    atomic_store(&watch->leaf, NULL);
    atomic_store(&watch->taken, false);
}

static bool is_copy(const struct name_watch *watch, int thread, const uint32_t words[static DIGEST_WORDS])
{
    if (atomic_load(&watch->leaf) == NULL || atomic_load(&watch->thread) != thread)
        return false;
    for (size_t i = 0; i < DIGEST_WORDS; i++)
        if (atomic_load(&watch->digest[i]) != words[i])
            return false;
    return true;
}

static bool note_in_leaf(const X509 *certificate, unsigned what)
{
    bool found = false;
    for (struct page *page = &first_page; page != NULL; page = atomic_load(&page->next))
        for (size_t i = 0; i < PAGE_WATCHES; i++)
            if (atomic_load(&page->watches[i].leaf) == certificate) {
                atomic_fetch_or(&page->watches[i].seen, what);
                found = true;
            }
    return found;
}

static void note_in_copy(const struct library *library, const X509 *certificate, unsigned what)
{
    uint32_t words[DIGEST_WORDS];
    int thread = (int)kernel_gettid();
    if (library == NULL || !library->known || !digest_of(&library->api, certificate, words))
        return;
    for (struct page *page = &first_page; page != NULL; page = atomic_load(&page->next))
        for (size_t i = 0; i < PAGE_WATCHES; i++)
            if (is_copy(&page->watches[i], thread, words))
                atomic_fetch_or(&page->watches[i].seen, what);
}

static void note(const struct library *library, const X509 *certificate, unsigned what)
{
    int saved = errno;
    if (atomic_load(&running) > 0 && certificate != NULL && !note_in_leaf(certificate, what))
        note_in_copy(library, certificate, what);
    errno = saved;
}

void name_watch_read(const struct library *library, const X509 *certificate)
{
    note(library, certificate, NAMES_READ);
}

void name_watch_compared(const struct library *library, const X509 *certificate, int matched)
{
    note(library, certificate, matched == 1 ? NAME_MATCHED : NAME_MISMATCHED);
}
