/*
 * From what is known of a client handshake when it starts to whom it is meant for, and what the policy says about it.
 * errno may change.
 */
#ifndef TLSWARD_HANDSHAKE_OBSERVE_H
#define TLSWARD_HANDSHAKE_OBSERVE_H

#include "event/client_handshake.h"
#include "event/tls_family.h"

/* What a family knows of the peer; what is known by the process is added to it. */
struct handshake_clues {
    struct peer_candidates candidates; /* app, sni and bio */
    uint16_t port;                     /* that goes with bio; 0: unknown */
    int fd;                            /* -1: none, or none to be shown */
};

/*
 * Fills the names, the address and the settings of a record that was reset; its stage becomes STAGE_OBSERVED. Where
 * there is no policy for want of memory, it is as where one cannot be read. `object` is what the family is asked with.
 */
void client_handshake_observe(struct client_handshake *handshake, struct handshake_clues *clues,
                              const struct tls_family *family, const void *object);

/*
 * For another handshake on the same connection: what the policy that is in force now says about what was known when
 * the first one started.
 */
void client_handshake_observe_again(struct client_handshake *handshake);

/* The address, where there was no socket yet when the handshake started. */
void client_handshake_observe_address(struct client_handshake *handshake, int fd);

#endif
