#include "event/fallback.h"

#include "event/send.h"
#include "policy/in_force.h"
#include "process/kernel_clock.h"
#include "process/seqlock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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
            if (read_slot(&page->slots[i], &known) && retry_is_same(&known.retry, &refusal->retry))
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

bool fallback_find(const struct ip *ip, in_port_t port, const void *caller, int64_t now, struct refusal *found)
{
    for (struct page *page = &first_page; page != NULL; page = next_page(page))
        for (unsigned i = 0; i < SLOTS; i++)
            if (read_slot(&page->slots[i], found) && now < found->until &&
                retry_is_this(&found->retry, ip, port, caller) && !policy_is_over(found->policy))
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

static void tell_refusal(const struct refusal *refusal)
{
    char address[INET6_ADDRSTRLEN];
    struct event event = event_start(EVENT_RETRY_REFUSED);
    memcpy(event.id, refusal->event_id, sizeof event.id);
    ip_print(&refusal->retry.ip, address);
    event.settings = &refusal->settings;
    event.expected_name = refusal->name[0] != '\0' ? refusal->name : NULL;
    event.server_address = event.expected_name != NULL ? event.expected_name : address;
    event.server_ip = address;
    event.server_port = (uint16_t)refusal->retry.port;
    event.message = "a connection to the peer of a blocked handshake was refused: it might have been in clear text";
    event_send(&event, refusal->settings.log, SEVERITY_WARNING);
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
        tell_refusal(&found);
    errno = saved;
    return refused;
}

static struct refusal refusal_after(const struct client_handshake *handshake, const struct retry *retry)
{
    struct refusal refusal = {
        .retry = *retry,
        .until = seconds_now() + FALLBACK_SECONDS,
        .policy = handshake->policy,
        .settings = handshake->settings,
    };
    memcpy(refusal.event_id, handshake->event_id, sizeof handshake->event_id);
    if (handshake->name_count == 1)
        memcpy(refusal.name, handshake->names[0].text, sizeof refusal.name);
    return refusal;
}

bool fallback_after_block(const struct client_handshake *handshake, const void *call_site)
{
    struct ip ip = {0};
    enum fallback setting = handshake->settings.fallback;
    bool has_address = ip_from_text(handshake->address, strlen(handshake->address), &ip);
    struct retry retry = retry_to(&ip, handshake->port);
    bool known = retry_narrow(&retry, call_site);
    if (!known && setting == FALLBACK_KNOWN)
        return false;
    if (setting == FALLBACK_ALLOW || !has_address || (!known && handshake->leads_elsewhere))
        return true;
    struct refusal refusal = refusal_after(handshake, &retry);
    fallback_remember(&refusal);
    return false;
}
