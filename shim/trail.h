/*
 * The trail a connection leaves before TLS starts: names this process resolved, and where each socket was
 * connected to (see connections.h). Fixed tables of atomics: written by connect(2), which is async-signal-safe and is
 * called in vfork children, so no lock, no allocation; readers detect torn records and skip them.
 */
#ifndef TLSWARD_TRAIL_H
#define TLSWARD_TRAIL_H

#include "ip.h"
#include "peer.h"

#include <netdb.h>
#include <sys/socket.h>

/*
 * A host name was looked up with this result (an IP literal counts as an address the program was given). `node` is
 * the name as the program asked for it; canonical names and names from reverse look-ups do not belong here. A result
 * has at most 64 addresses whose name counts. When more than 1024 distinct pairs of name and address were seen, the
 * oldest are forgotten. The name of a connection to such an address is not known.
 */
void trail_resolved(const char *node, const struct addrinfo *result);
void trail_resolved_hostent(const char *node, const struct hostent *result);

/* What the trail says about the peer of one handshake. */
struct trail_peer {
    bool has_address; /* else nothing is known */
    struct ip ip;
    in_port_t port;           /* host byte order */
    struct peer_name name;    /* the one name this process resolved to that address */
    struct peer_name literal; /* the address, where the program was given that or no look-up ever led to it */
    bool weak;                /* no descriptor: the one unclaimed connection of this thread was taken */
    bool ambiguous;           /* several names lead to the address and cannot be told apart, or were forgotten */
};

/*
 * The peer of the socket `fd` (as getpeername(2) says it), or with fd < 0 the one connection of this thread
 * that no handshake has claimed yet, if there is exactly one. Claims the connection. What is not known
 * stays zero; a socket of another family, or one without a peer, is not known. errno may change.
 */
void trail_lookup(int fd, struct trail_peer *peer);

/* The same for a peer whose address is known from elsewhere; `port` in host byte order. */
void trail_lookup_address(const struct ip *ip, in_port_t port, struct trail_peer *peer);

#endif
