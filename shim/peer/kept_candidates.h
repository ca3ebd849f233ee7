/*
 * What was known of a peer when its handshake started, in no more room than the names take: a renegotiation is judged
 * by the policy of its own time, which may let another of them count.
 */
#ifndef TLSWARD_KEPT_CANDIDATES_H
#define TLSWARD_KEPT_CANDIDATES_H

#include "peer/peer.h"

struct kept_candidates;

/* To be freed with free(3). NULL for memory shortage. */
struct kept_candidates *candidates_keep(const struct peer_candidates *candidates);

/* As they were when they were kept; nothing is known for NULL. */
void candidates_recall(const struct kept_candidates *kept, struct peer_candidates *candidates);

#endif
