/*
 * Which names led to an address that the table of look-ups holds no longer. Who floods that table, or answers with too
 * many addresses, must not make another name look as if it alone led there, nor a name's address like one that the
 * program was given. What is forgotten is not its text but that there was one: a name that is looked up again is known
 * again.
 *
 * Fixed size; where a part of it is full, all addresses that fall into it count as having lost a name.
 * Async-signal-safe.
 */
#ifndef TLSWARD_FORGOTTEN_H
#define TLSWARD_FORGOTTEN_H

#include "peer/ip.h"
#include "peer/peer.h"

enum { FORGOTTEN_BUCKETS = 4096, FORGOTTEN_NAMES = 8 /* in one bucket */ };

/* `name` led to `ip`, and is about to be known no longer. */
void forgotten_add(const struct ip *ip, const struct peer_name *name);

/* Whether a name that is none of these led to `ip`. */
bool forgotten_others(const struct ip *ip, const struct peer_name *names, size_t count);

#endif
