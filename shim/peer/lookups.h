/*
 * The names this process looked up, and which thread did so when.
 *
 * Two fixed tables. One holds every distinct pair of name and address, the other the order of the look-ups. When the
 * first wraps, its oldest pairs are forgotten, which forgotten.h keeps in mind. When the second wraps, questions that
 * reach back too far are answered with no.
 */
#ifndef TLSWARD_LOOKUPS_H
#define TLSWARD_LOOKUPS_H

#include "peer/ip.h"
#include "peer/lookup_window.h"
#include "peer/peer.h"

enum {
    LOOKUP_PAIRS = 1024,
    LOOKUP_ORDER = 2048,
    LOOKUP_ADDRESSES = 64 /* of one look-up: a server with a huge answer must not wash out the table */
};

/* The distinct names that led to an address; kind PEER_NONE for one that is no host name. */
struct name_candidates {
    struct peer_name names[PEER_LOOKUP_NAMES];
    size_t count;
    bool incomplete; /* there are more, or some are forgotten */
};

/* This thread was told that `name` has the address `ip`. Not for signal handlers. */
void lookups_add(const struct ip *ip, const struct peer_name *name);

/* The same of an address that is not to take a place in the table. */
void lookups_skip(const struct ip *ip, const struct peer_name *name);

/* This thread looks up again what it looked up last: records that, for a tenth of the price. False: not so any more. */
bool lookups_add_latest(void);

/* All that is known to lead to `ip`, whenever and by whichever thread it was looked up. */
void lookups_by_address(const struct ip *ip, struct name_candidates *candidates);

/* Whether the window's thread is known to have looked up `ip` in it. */
bool lookups_led_to(const struct ip *ip, const struct lookup_window *window);

#endif
