/*
 * Which socket was connected to which address, by which thread, after which look-ups; and which of these
 * connections a handshake has claimed.
 *
 * One record per descriptor below CONNECTION_DESCRIPTORS. close(2), dup(2) and the like are not seen, so a record
 * counts only while the socket it was made for is still there and still has that peer. A thread whose connections
 * could not all be recorded is never guessed for again: among the connections it has, a wrong one could look unique.
 */
#ifndef TLSWARD_CONNECTIONS_H
#define TLSWARD_CONNECTIONS_H

#include "ip.h"
#include "lookup_window.h"

enum { CONNECTION_DESCRIPTORS = 1024 };

struct connected_socket {
    struct ip ip;
    in_port_t port; /* host byte order */
    bool datagram;
    int fd;
    uint64_t socket; /* SO_COOKIE or the inode: never used again while the socket lives */
    struct lookup_window window;
};

/*
 * connect(2) on `fd` succeeded or is in progress (EINPROGRESS, or EINTR: it goes on all the same).
 * Async-signal-safe; two or three system calls. Other families than AF_INET and AF_INET6 are ignored.
 */
void connections_add(int fd, const struct sockaddr *address, socklen_t length);

/* The connection of the socket behind `fd`, whatever its number was when it was connected. Claims it. */
bool connections_of(int fd, struct connected_socket *connection);

/*
 * The one connection of this thread that is open and not claimed: the one stream if there is any, else the one
 * datagram socket not for DNS. False if there are several. Claims it.
 */
bool connections_unclaimed(struct connected_socket *connection);

/*
 * The peer of a connected IP socket, or of one that `connection` (NULL: not known) says is being connected (TCP,
 * with TCP_FASTOPEN_CONNECT, too).
 */
bool connection_peer(int fd, const struct connected_socket *connection, struct ip *ip, in_port_t *port);

#endif
