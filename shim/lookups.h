/*
 * The names this process looked up, and which thread did so when.
 *
 * Two fixed tables. One holds every distinct pair of name and address, the other the order of the look-ups. When the
 * first wraps, its oldest pairs are forgotten: lookups_forgot() tells their addresses from those that nobody resolved,
 * and where other names remain it looks as if only these led there. When the second wraps, windows that reach back too
 * far are refused.
 */
#ifndef TLSWARD_LOOKUPS_H
#define TLSWARD_LOOKUPS_H

#include "ip.h"
#include "lookup_window.h"
#include "peer.h"

enum {
    LOOKUP_PAIRS = 1024,
    LOOKUP_ORDER = 2048,
    LOOKUP_ADDRESSES = 64, /* of one look-up: a server with a huge answer must not wash out the table */
    LOOKUP_FILTER_BITS = 1 << 16
};

/* The names that lead to an address: one, or more than one. */
struct name_candidates {
    struct peer_name first; /* kind PEER_NONE, with count 1, for a name that is no host name */
    size_t count;           /* 0, 1, or 2 for all that is more */
};

/* This thread was told that `name` has the address `ip`. Not for signal handlers. */
void lookups_add(const struct ip *ip, const struct peer_name *name);

/* The same of an address that is not to take a place in the table. */
void lookups_skip(const struct ip *ip);

/*
 * Whether a name may have led to `ip` that is in the table no more: who floods the table, or answers with too many
 * addresses, must not make a name's address look like one that the program was given.
 */
bool lookups_forgot(const struct ip *ip);

/* This thread looks up again what it looked up last: records that, for a tenth of the price. False: not so any more. */
bool lookups_add_latest(void);

/* The distinct names known to lead to `ip`. */
struct name_candidates lookups_by_address(const struct ip *ip);

/* Those of them that were looked up in the window. More than one, too, where records of the window are lost. */
struct name_candidates lookups_by_window(const struct ip *ip, const struct lookup_window *window);

#endif
