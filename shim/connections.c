#include "connections.h"

#include "kernel.h"
#include "seqlock.h"

#include <errno.h>
#include <netinet/tcp.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

enum { DNS_PORT = 53, CONNECTION_WORDS = sizeof(struct connected_socket) / sizeof(uint64_t) };
_Static_assert(sizeof(struct connected_socket) % sizeof(uint64_t) == 0, "a connection is copied in whole words");

static struct record {
    seqlock_word version;
    seqlock_word claimed; /* the version that a handshake claimed */
    seqlock_word words[CONNECTION_WORDS];
} records[CONNECTION_DESCRIPTORS];

static __thread _Atomic bool incomplete;

static __attribute__((noinline, cold)) uint64_t socket_inode(int fd)
{
    kernel_status status;
    return kernel_fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? (uint64_t)status.st_ino : 0;
}

/* Linux before 4.12 has no SO_COOKIE. */
static inline uint64_t socket_identity(int fd)
{
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;

    return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) == 0 ? cookie : socket_inode(fd);
}

static int socket_type(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 ? type : -1;
}

static bool is_connecting(int fd)
{
    uint8_t state = 0; /* the first member of struct tcp_info, which the kernel cuts to the length asked for */
    socklen_t length = sizeof state;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &length) == 0 && state == TCP_SYN_SENT;
}

/* Returns the version of the record, or 0. */
static uint64_t read_record(const struct record *record, struct connected_socket *connection)
{
    return seqlock_read(&record->version, record->words, connection, CONNECTION_WORDS);
}

/* connect(2) is called again to learn how a connection in progress went: that is not another connection. */
static bool is_recorded(const struct record *record, const struct connected_socket *connection)
{
    struct connected_socket recorded;
    const seqlock_word *socket = &record->words[offsetof(struct connected_socket, socket) / sizeof(uint64_t)];

    if (atomic_load_explicit(socket, memory_order_relaxed) != connection->socket) {
        return false; /* nearly always, and cheaper than reading the record */
    }
    return read_record(record, &recorded) != 0 && recorded.socket == connection->socket &&
           recorded.port == connection->port && ip_equal(&recorded.ip, &connection->ip);
}

static inline void add(struct connected_socket *connection)
{
    struct record *record = &records[(size_t)connection->fd % CONNECTION_DESCRIPTORS];

    connection->socket = connection->fd < CONNECTION_DESCRIPTORS ? socket_identity(connection->fd) : 0;
    if (is_recorded(record, connection)) {
        return;
    }
    /* Resolvers connect datagram sockets, to servers and to sort addresses: that ends no look-up. */
    connection->window = connection->datagram ? lookup_window_now() : lookup_window_end();
    if ((connection->socket == 0 ||
         seqlock_write(&record->version, record->words, connection, CONNECTION_WORDS) == 0) &&
        !(connection->datagram && connection->port == DNS_PORT)) {
        atomic_store_explicit(&incomplete, true, memory_order_relaxed);
    }
}

void connections_add(int fd, const struct sockaddr *address, socklen_t length)
{
    int saved = errno;
    struct connected_socket connection;

    if (!ip_from_sockaddr(address, length, &connection.ip, &connection.port)) {
        return;
    }
    int type = socket_type(fd);
    connection.fd = fd;
    connection.datagram = type == SOCK_DGRAM;
    if (type == SOCK_STREAM || connection.datagram) {
        add(&connection);
    }
    errno = saved;
}

bool connection_peer(int fd, const struct connected_socket *connection, struct ip *ip, in_port_t *port)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;

    if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0) {
        return ip_from_sockaddr((const struct sockaddr *)&peer, length, ip, port);
    }
    if (errno != ENOTCONN || connection == NULL || !is_connecting(fd)) {
        return false;
    }
    *ip = connection->ip;
    *port = connection->port;
    return true;
}

/* Whether the socket still has the peer that was recorded for it. */
static bool has_same_peer(int fd, const struct connected_socket *connection)
{
    struct ip ip;
    in_port_t port;

    return connection_peer(fd, connection, &ip, &port) && ip_equal(&ip, &connection->ip) && port == connection->port;
}

static void claim(size_t slot, uint64_t version)
{
    atomic_store_explicit(&records[slot].claimed, version, memory_order_relaxed);
}

bool connections_of(int fd, struct connected_socket *connection)
{
    uint64_t identity = socket_identity(fd);

    for (size_t i = 0; identity != 0 && i < CONNECTION_DESCRIPTORS; i++) {
        size_t slot = ((size_t)fd + i) % CONNECTION_DESCRIPTORS;
        uint64_t version = read_record(&records[slot], connection);
        if (version != 0 && connection->socket == identity && has_same_peer(fd, connection)) {
            claim(slot, version);
            return true;
        }
    }
    return false;
}

/* This thread's open connections of one kind that nobody claimed: how many, the last of them and its version. */
static size_t find_unclaimed(bool datagram, struct connected_socket *found, uint64_t *found_version)
{
    uint64_t thread = lookup_window_now().thread;
    struct connected_socket connection;
    size_t count = 0;

    for (size_t slot = 0; slot < CONNECTION_DESCRIPTORS; slot++) {
        uint64_t version = read_record(&records[slot], &connection);
        if (version == 0 || connection.window.thread != thread || connection.datagram != datagram ||
            (datagram && connection.port == DNS_PORT)) {
            continue;
        }
        if (atomic_load_explicit(&records[slot].claimed, memory_order_relaxed) != version &&
            socket_identity(connection.fd) == connection.socket && has_same_peer(connection.fd, &connection)) {
            *found = connection;
            *found_version = version;
            count++;
        }
    }
    return count;
}

bool connections_unclaimed(struct connected_socket *connection)
{
    uint64_t version;

    if (atomic_load_explicit(&incomplete, memory_order_relaxed)) {
        return false;
    }
    size_t count = find_unclaimed(false, connection, &version);
    if (count == 0) {
        count = find_unclaimed(true, connection, &version);
    }
    if (count != 1) {
        return false;
    }
    claim((size_t)connection->fd, version);
    return true;
}
