/*
 * The trail a connection leaves before TLS starts: names this process resolved, and where each socket was
 * connected to (see connections.h). Fixed tables of atomics: written by connect(2), which is async-signal-safe and is
 * called in vfork children, so no lock, no allocation; readers detect torn records and skip them.
 *
 * Of the names that led to an address none is chosen by time: whoever owns a name decides which address it has, and
 * could let it lead to somebody else's just before a connection to that.
 */
#ifndef TLSWARD_TRAIL_H
#define TLSWARD_TRAIL_H

#include "peer/ip.h"
#include "peer/peer.h"

#include <netdb.h>
#include <sys/socket.h>

/*
 * A host name was looked up with this result (an IP literal counts as an address the program was given). `node` is
 * the name as the program asked for it; canonical names and names from reverse look-ups do not belong here. A result
 * has at most 64 addresses whose name counts. When more than 1024 distinct pairs of name and address were seen, the
 * oldest are forgotten. The name of a connection to an address that lost one so is not known until that name is looked
 * up again.
 */
void trail_resolved(const char *node, const struct addrinfo *result);
void trail_resolved_hostent(const char *node, const struct hostent *result);

/* What the trail says about the peer of one handshake. What is not known stays zero. */
struct trail_peer {
    bool has_address;
    struct ip ip;   /* the one that was asked for, where that is known */
    in_port_t port; /* host byte order */
    /* All that this process resolved to that address: any of them may be meant. An address is one that it was given. */
    struct peer_name names[PEER_LOOKUP_NAMES];
    size_t name_count;
    struct peer_name literal; /* the address, where the program was given that or no look-up ever led to it */
    bool weak;                /* no descriptor: the one unclaimed connection of this thread was taken */
    bool incomplete;          /* more names led there than are known */
    bool interposed;          /* another library chose the address, which may be anybody's */
    const char *unknown;      /* where there is neither name nor literal: why, for a person to read */
    bool is_first;            /* no handshake has claimed the connection before */
    uint64_t socket;          /* which it is, where that is known */
};

/*
 * The peer of the socket `fd`, or with fd < 0 the one connection of this thread that no handshake has claimed yet, if
 * there is exactly one. Claims the connection. Where the socket's peer (getpeername(2)) is not the address that
 * connect(2) was asked for, something lies between: then the names are those that led to the address asked for, and
 * the address is none. errno may change.
 */
void trail_lookup(int fd, struct trail_peer *peer);

/* The same for a peer whose address is known from elsewhere; `port` in host byte order. */
void trail_lookup_address(const struct ip *ip, in_port_t port, struct trail_peer *peer);

#endif
