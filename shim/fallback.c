#include "fallback.h"

#include "connection.h"
#include "loader.h"
#include "lookups.h"
#include "report.h"
#include "seqlock.h"

#include <errno.h>
#include <unistd.h>

enum { SLOTS = 8, WORDS = sizeof(struct refusal) / sizeof(uint64_t) };
_Static_assert(sizeof(struct refusal) % sizeof(uint64_t) == 0, "a record is copied in whole words");

static struct {
    seqlock_word version;
    seqlock_word words[WORDS];
} table[SLOTS];
static atomic_uint next_slot;

_Atomic int64_t fallback_watched_until;

static int64_t seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

static void watch_until(int64_t until)
{
    int64_t known = atomic_load_explicit(&fallback_watched_until, memory_order_relaxed);
    while (known < until && !atomic_compare_exchange_weak(&fallback_watched_until, &known, until))
        ;
}

void fallback_remember(const struct refusal *refusal)
{
    /* A slot that another writer holds is passed by: a writer may have been forked away halfway. */
    for (unsigned i = 0; i < SLOTS; i++) {
        unsigned slot = atomic_fetch_add_explicit(&next_slot, 1, memory_order_relaxed) % SLOTS;
        if (seqlock_write(&table[slot].version, table[slot].words, refusal, WORDS) != 0)
            break;
    }
    watch_until(refusal->until);
}

/* One name may be refused and another one served at the same address: the name looked up since then tells. */
static bool is_other_name(const struct refusal *refusal)
{
    struct lookup_window window = lookup_window_now();
    struct name_candidates names = lookups_by_window(&refusal->ip, &window);
    return refusal->name[0] != '\0' && names.count == 1 && names.first.kind == PEER_HOST &&
           strcmp(names.first.text, refusal->name) != 0;
}

bool fallback_find(const struct ip *ip, in_port_t port, const void *caller, int64_t now, struct refusal *found)
{
    uintptr_t code = (uintptr_t)caller;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (seqlock_read(&table[slot].version, table[slot].words, found, WORDS) != 0 && now < found->until &&
            ip_equal(ip, &found->ip) && port == found->port && code >= found->caller_start &&
            code < found->caller_end && found->pid == getpid() && !is_other_name(found))
            return true;
    return false;
}

bool fallback_refuses_connect(const struct sockaddr *address, socklen_t length, const void *caller)
{
    int saved = errno;
    struct refusal found;
    struct ip ip;
    in_port_t port;
    int64_t now = seconds_now();
    bool refused = now < atomic_load_explicit(&fallback_watched_until, memory_order_relaxed) &&
                   ip_from_sockaddr(address, length, &ip, &port) && fallback_find(&ip, port, caller, now, &found);
    if (refused)
        report_retry_refused(&found);
    errno = saved;
    return refused;
}

/*
 * libpq falls back under sslmode=prefer, its default (PostgreSQL's manual, "SSL Support"); what is built on libmariadb
 * is not to begin with it. Wheels and the like put a hash behind the name.
 */
static bool is_known_to_fall_back(const struct loaded_object *object)
{
    static const char names[][16] = {"libpq.", "libpq-", "libmariadb.", "libmariadb-"};
    const char *slash = strrchr(object->path, '/');
    const char *base = slash != NULL ? slash + 1 : object->path;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(base, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Behind a proxy the address is the proxy's, and other origins are reached through it. */
static bool may_be_proxied(const struct connection *connection, const struct ip *ip)
{
    if (connection->name_source == NAME_FROM_RESOLVER || connection->name_source == NAME_FROM_ADDRESS)
        return false;
    struct name_candidates names = lookups_by_address(ip);
    return connection->name_count != 1 || names.count != 1 || strcmp(connection->names[0].text, names.first.text) != 0;
}

static struct refusal make_record(const struct connection *connection, const struct ip *ip)
{
    struct refusal refusal = {
        .ip = *ip,
        .port = connection->port,
        .caller_end = UINTPTR_MAX,
        .until = seconds_now() + FALLBACK_SECONDS,
        .pid = getpid(),
        .settings = connection->settings,
    };
    memcpy(refusal.event_id, connection->event_id, sizeof connection->event_id);
    if (connection->name_count == 1)
        memcpy(refusal.name, connection->names[0].text, sizeof refusal.name);
    return refusal;
}

bool fallback_after_block(const struct connection *connection, const void *call_site)
{
    struct loaded_object object;
    struct ip ip;
    enum fallback setting = connection->settings.fallback;
    bool known = call_site != NULL && loader_object_at(call_site, &object) && is_known_to_fall_back(&object);
    if (!known && setting == FALLBACK_KNOWN)
        return false;
    if (setting == FALLBACK_ALLOW || !ip_from_text(connection->address, strlen(connection->address), &ip) ||
        (!known && may_be_proxied(connection, &ip)))
        return true;
    struct refusal refusal = make_record(connection, &ip);
    if (known) {
        refusal.caller_start = object.start;
        refusal.caller_end = object.end;
    }
    fallback_remember(&refusal);
    return false;
}
