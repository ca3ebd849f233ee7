#include "peer/fallback.h"

#include "openssl/connection.h"
#include "openssl/report.h"
#include "peer/lookups.h"
#include "policy/in_force.h"
#include "process/base_name.h"
#include "process/kernel.h"
#include "process/kernel_clock.h"
#include "process/loader.h"
#include "process/seqlock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { SLOTS = 8, WORDS = sizeof(struct refusal) / sizeof(uint64_t) };
_Static_assert(sizeof(struct refusal) % sizeof(uint64_t) == 0, "a record is copied in whole words");

struct slot {
    _Atomic int64_t until; /* of what it was taken for, 0 for nothing: who exchanges it when that is over may write */
    seqlock_word version;
    seqlock_word words[WORDS];
};

/* Pages are added as needed and never freed: connect(2) may be reading any of them. */
struct page {
    struct slot slots[SLOTS];
    _Atomic(struct page *) next;
};

static struct page first_page;
static atomic_uint next_slot; /* to be displaced, for want of memory */

_Atomic int64_t fallback_watched_until;

static int64_t seconds_now(void)
{
    struct timespec now;
    kernel_clock(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

static void watch_until(int64_t until)
{
    int64_t known = atomic_load_explicit(&fallback_watched_until, memory_order_relaxed);
    while (known < until && !atomic_compare_exchange_weak(&fallback_watched_until, &known, until))
        ;
}

static struct page *next_page(struct page *page)
{
    return atomic_load_explicit(&page->next, memory_order_acquire);
}

static bool read_slot(const struct slot *slot, struct refusal *refusal)
{
    return seqlock_read(&slot->version, slot->words, refusal, WORDS) != 0;
}

static bool is_same(const struct refusal *left, const struct refusal *right)
{
    return ip_equal(&left->ip, &right->ip) && left->port == right->port && left->pid == right->pid &&
           left->thread == right->thread && left->caller_start == right->caller_start &&
           left->caller_end == right->caller_end;
}

static bool take(struct slot *slot, const struct refusal *refusal)
{
    int64_t until = atomic_load(&slot->until), now = refusal->until - FALLBACK_SECONDS;
    return (until == 0 || until <= now) && atomic_compare_exchange_strong(&slot->until, &until, refusal->until);
}

static bool write_slot(struct slot *slot, const struct refusal *refusal)
{
    bool written = seqlock_write(&slot->version, slot->words, refusal, WORDS) != 0;
    /* A writer that was forked away halfway leaves the slot to nobody. */
    atomic_store(&slot->until, written ? refusal->until : INT64_MAX);
    return written;
}

/* Where another writer is at work already, the record gets another slot. */
static bool extend(struct slot *slot, const struct refusal *refusal)
{
    bool written = seqlock_write(&slot->version, slot->words, refusal, WORDS) != 0;
    if (written)
        atomic_store(&slot->until, refusal->until);
    return written;
}

/* What is refused already is refused for longer. */
static bool renew(const struct refusal *refusal)
{
    struct refusal known;
    for (struct page *page = &first_page; page != NULL; page = next_page(page))
        for (unsigned i = 0; i < SLOTS; i++)
            if (read_slot(&page->slots[i], &known) && is_same(&known, refusal))
                return extend(&page->slots[i], refusal);
    return false;
}

static bool write_in_page(struct page *page, const struct refusal *refusal)
{
    for (unsigned i = 0; i < SLOTS; i++)
        if (take(&page->slots[i], refusal) && write_slot(&page->slots[i], refusal))
            return true;
    return false;
}

/* NULL for memory shortage. */
static struct page *page_after(struct page *page)
{
    struct page *present = next_page(page);
    struct page *fresh = present == NULL ? calloc(1, sizeof *fresh) : NULL;
    if (fresh == NULL || atomic_compare_exchange_strong(&page->next, &present, fresh))
        return present != NULL ? present : fresh;
    free(fresh);
    return present;
}

static void write_somewhere(const struct refusal *refusal)
{
    for (struct page *page = &first_page; page != NULL; page = page_after(page))
        if (write_in_page(page, refusal))
            return;
    unsigned slot = atomic_fetch_add_explicit(&next_slot, 1, memory_order_relaxed) % SLOTS;
    write_slot(&first_page.slots[slot], refusal);
}

void fallback_remember(const struct refusal *refusal)
{
    if (!renew(refusal))
        write_somewhere(refusal);
    watch_until(refusal->until);
}

/* A library that retries on its own does so within the call that was blocked, and looks nothing up for it. */
static bool is_another_call(const struct refusal *refusal)
{
    struct lookup_window window = lookup_window_since(refusal->looked_up);
    return window.thread != refusal->thread || lookups_led_to(&refusal->ip, &window);
}

static bool is_about(const struct refusal *refusal, const struct ip *ip, in_port_t port, uintptr_t code)
{
    if (!ip_equal(ip, &refusal->ip) || port != refusal->port || refusal->pid != kernel_getpid() ||
        code < refusal->caller_start || code >= refusal->caller_end)
        return false;
    return refusal->thread == 0 || !is_another_call(refusal);
}

bool fallback_find(const struct ip *ip, in_port_t port, const void *caller, int64_t now, struct refusal *found)
{
    for (struct page *page = &first_page; page != NULL; page = next_page(page))
        for (unsigned i = 0; i < SLOTS; i++)
            if (read_slot(&page->slots[i], found) && now < found->until &&
                is_about(found, ip, port, (uintptr_t)caller) && !policy_is_over(found->policy))
                return true;
    return false;
}

static bool is_watching(void)
{
    int64_t until = atomic_load_explicit(&fallback_watched_until, memory_order_relaxed);
    if (seconds_now() < until)
        return true;
    /* From here on connect(2) costs again what it cost before the block, unless there is another one. */
    atomic_compare_exchange_strong(&fallback_watched_until, &until, 0);
    return false;
}

bool fallback_refuses_connect(const struct sockaddr *address, socklen_t length, const void *caller)
{
    int saved = errno;
    struct refusal found;
    struct ip ip;
    in_port_t port;
    bool refused = is_watching() && ip_from_sockaddr(address, length, &ip, &port) &&
                   fallback_find(&ip, port, caller, seconds_now(), &found);
    if (refused)
        report_retry_refused(&found);
    errno = saved;
    return refused;
}

/*
 * libpq falls back under sslmode=prefer, its default (PostgreSQL's manual, "SSL Support"): within the call that was
 * blocked. libmariadb does not; what is built on it is not to begin with it. Wheels and the like put a hash behind the
 * name.
 */
static const struct {
    const char *name;
    bool within_call;
} libraries[] = {{"libpq.", true}, {"libpq-", true}, {"libmariadb.", false}, {"libmariadb-", false}};

/* Narrows the record to the library's own code. False where the library is not known to fall back. */
static bool narrow(struct refusal *refusal, const void *call_site)
{
    struct loaded_object object;
    if (call_site == NULL || !loader_object_at(call_site, &object))
        return false;
    const char *base = base_name(object.path);
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        if (strncmp(base, libraries[i].name, strlen(libraries[i].name)) != 0)
            continue;
        struct lookup_window window = lookup_window_since(0);
        refusal->caller_start = object.start;
        refusal->caller_end = object.end;
        refusal->thread = libraries[i].within_call ? window.thread : 0;
        refusal->looked_up = window.end;
        return true;
    }
    return false;
}

static struct refusal make_record(const struct connection *connection, const struct ip *ip)
{
    struct refusal refusal = {
        .ip = *ip,
        .port = connection->port,
        .caller_end = UINTPTR_MAX,
        .until = seconds_now() + FALLBACK_SECONDS,
        .pid = kernel_getpid(),
        .policy = connection->policy,
        .settings = connection->settings,
    };
    memcpy(refusal.event_id, connection->event_id, sizeof connection->event_id);
    if (connection->name_count == 1)
        memcpy(refusal.name, connection->names[0].text, sizeof refusal.name);
    return refusal;
}

bool fallback_after_block(const struct connection *connection, const void *call_site)
{
    struct ip ip = {0};
    enum fallback setting = connection->settings.fallback;
    bool has_address = ip_from_text(connection->address, strlen(connection->address), &ip);
    struct refusal refusal = make_record(connection, &ip);
    bool known = narrow(&refusal, call_site);
    if (!known && setting == FALLBACK_KNOWN)
        return false;
    if (setting == FALLBACK_ALLOW || !has_address || (!known && connection->leads_elsewhere))
        return true;
    fallback_remember(&refusal);
    return false;
}
