/*
 * Which socket was asked to connect to which address, by which thread; and which of these connections a handshake has
 * claimed.
 *
 * One record per descriptor, in pages that are mapped when a descriptor in their range is first connected. close(2),
 * dup(2) and the like are not seen, so a record is found by the socket it was made for, whatever its number is now. A
 * thread whose connections could not all be recorded is never guessed for again: among the connections it has, a wrong
 * one could look unique.
 */
#ifndef TLSWARD_CONNECTIONS_H
#define TLSWARD_CONNECTIONS_H

#include "peer/ip.h"

/* The default of the kernel's fs.nr_open, which no descriptor reaches (proc_sys_fs(5)). */
enum { CONNECTION_PAGE = 1024, CONNECTION_DESCRIPTORS = 1 << 20 };

struct connected_socket {
    _Alignas(8) struct ip ip; /* as connect(2) was asked; 32-bit systems would not fill the last word */
    in_port_t port;           /* host byte order */
    bool has_cookie;
    int fd;
    uint64_t socket; /* SO_COOKIE, never used again; before Linux 4.12 the inode, not used while the socket lives */
    uint64_t thread; /* lookup_window's */
    uint64_t caller; /* the code that called connect(2) */
    uint64_t order;  /* of two records of one socket, the later one counts */
};

/*
 * connect(2), called by `caller`, succeeded on `fd` or is in progress (EINPROGRESS, or EINTR: it goes on all the same).
 * Async-signal-safe; one or two system calls. Other families than AF_INET and AF_INET6 are ignored.
 */
void connections_add(int fd, const struct sockaddr *address, socklen_t length, const void *caller);

/* What a handshake asks for. */
struct claim {
    struct connected_socket connection;
    bool is_first; /* no handshake has claimed the connection before */
};

/* The connection of the socket behind `fd`, whatever its number was when it was connected. Claims it. */
bool connections_of(int fd, struct claim *claim);

enum unclaimed { UNCLAIMED_FOUND, UNCLAIMED_NONE, UNCLAIMED_SEVERAL, UNCLAIMED_UNRECORDED };

/*
 * The one connection of this thread that is open and not claimed: the one stream if there is any, else the one
 * datagram socket not for DNS. Claims it.
 */
enum unclaimed connections_unclaimed(struct claim *claim);

/*
 * The peer of a connected IP socket, or of one that `connection` (NULL: not known) says is being connected (TCP,
 * with TCP_FASTOPEN_CONNECT, too).
 */
bool connection_peer(int fd, const struct connected_socket *connection, struct ip *ip, in_port_t *port);

/* Whether the socket is connected to an address of this host. */
bool connection_is_local(int fd, const struct ip *peer);

#endif
