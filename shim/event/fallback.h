/*
 * After a block: some libraries answer a failed handshake by connecting to the same place again in clear text. Which
 * connections are refused for a while because of that. connect(2) asks, so this is async-signal-safe and takes no
 * lock, and costs one load as long as nothing was blocked lately.
 *
 * Nothing but another policy ends a refusal early. That the same peer is reached by TLS meanwhile, on a connection from
 * before the block, does not: who controls the network chooses which connection to let through.
 */
#ifndef TLSWARD_FALLBACK_H
#define TLSWARD_FALLBACK_H

#include "event/client_handshake.h"
#include "peer/retry.h"

#include <stdatomic.h>

/*
 * So long a connection in clear text may follow a block. A program retries within milliseconds, but may look the name
 * up before it does, and who controls the network decides how long that takes: 2 attempts of 5 seconds (RES_DFLRETRY
 * and RES_TIMEOUT, <resolv.h>).
 */
#define FALLBACK_SECONDS 10

/* One blocked handshake, and the connections that are refused after it: those of this process to this peer. */
struct refusal {
    struct retry retry;
    int64_t until;               /* CLOCK_MONOTONIC seconds: the first second in which it is over */
    const struct policy *policy; /* that blocked it: where it is no longer in force, nothing is refused */
    struct settings settings;    /* of the blocked handshake */
    char event_id[40];           /* of its event; 32 digits */
    char name[PEER_NAME_MAX];    /* the name that was expected, or "" */
};

extern _Atomic int64_t fallback_watched_until; /* CLOCK_MONOTONIC seconds; 0: nothing was blocked lately */

/* Refuses what `refusal` describes. Allocates where there are many; short of memory one of the others is forgotten. */
void fallback_remember(const struct refusal *refusal);

/* Finds what refuses a connection at `now`. False where it may go on. */
bool fallback_find(const struct ip *ip, in_port_t port, const void *caller, int64_t now, struct refusal *found);

/*
 * A handshake was blocked by the policy. `call_site` is the code that made it a TLS connection. True where the program
 * is known to go on in clear text and nothing will stop it.
 */
bool fallback_after_block(const struct client_handshake *handshake, const void *call_site);

/* As fallback_refuses(), while something was blocked lately; tells the refusal as an event. */
bool fallback_refuses_connect(const struct sockaddr *address, socklen_t length, const void *caller);

/* Whether a call of connect(2) is refused. Keeps errno. */
static inline bool fallback_refuses(const struct sockaddr *address, socklen_t length, const void *caller)
{
    return atomic_load_explicit(&fallback_watched_until, memory_order_relaxed) != 0 &&
           fallback_refuses_connect(address, length, caller);
}

#endif
