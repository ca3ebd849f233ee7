#include "peer/connections.h"

#include "peer/connection_table.h"
#include "peer/lookup_window.h"
#include "process/kernel.h"

#include <errno.h>
#include <netinet/tcp.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

enum { DNS_PORT = 53 };

static __thread _Atomic bool incomplete;
static _Atomic uint64_t next_order;

static __attribute__((noinline, cold)) uint64_t socket_inode(int fd)
{
    kernel_status status;
    return kernel_fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? (uint64_t)status.st_ino : 0;
}

/* Linux before 4.12 has no SO_COOKIE. 0 where it is no socket. */
static inline uint64_t socket_identity(int fd, bool *has_cookie)
{
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;

    *has_cookie = kernel_getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) == 0;
    return *has_cookie ? cookie : socket_inode(fd);
}

static bool is_socket(int fd, uint64_t socket)
{
    bool ignored;

    return socket_identity(fd, &ignored) == socket;
}

/* Asked when it matters, which is for few connections: each connect(2) would pay a system call for it. */
static bool has_type(int fd, int wanted)
{
    int type = 0;
    socklen_t length = sizeof type;

    return kernel_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == wanted;
}

static bool is_connecting(int fd)
{
    uint8_t state = 0; /* the first member of struct tcp_info, which the kernel cuts to the length asked for */
    socklen_t length = sizeof state;

    return kernel_getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &length) == 0 && state == TCP_SYN_SENT;
}

/* Returns the version of the record, or 0. */
static uint64_t read_record(const struct connection_record *record, struct connected_socket *connection)
{
    return seqlock_read(&record->version, record->words, connection, CONNECTION_WORDS);
}

/* connect(2) is called again to learn how a connection in progress went: that is not another connection. */
static bool is_recorded(const struct connection_record *record, const struct connected_socket *connection)
{
    struct connected_socket recorded;

    if (connection_record_word(record, offsetof(struct connected_socket, socket)) != connection->socket) {
        return false; /* nearly always, and cheaper than reading the record */
    }
    return read_record(record, &recorded) != 0 && recorded.socket == connection->socket &&
           recorded.port == connection->port && ip_equal(&recorded.ip, &connection->ip);
}

/* False where it could not be kept. */
static inline bool add(struct connected_socket *connection)
{
    struct connection_record *record = connection_table_make(connection->fd);

    connection->socket = socket_identity(connection->fd, &connection->has_cookie);
    if (record == NULL || connection->socket == 0) {
        return false;
    }
    if (is_recorded(record, connection)) {
        return true;
    }
    connection->order = atomic_fetch_add_explicit(&next_order, 1, memory_order_relaxed);
    if (seqlock_write(&record->version, record->words, connection, CONNECTION_WORDS) == 0) {
        return false;
    }
    connection_table_index(connection->socket, connection->fd);
    return true;
}

static bool is_for_dns(const struct connected_socket *connection)
{
    return connection->port == DNS_PORT && has_type(connection->fd, SOCK_DGRAM);
}

void connections_add(int fd, const struct sockaddr *address, socklen_t length, const void *caller)
{
    int saved = errno;
    struct connected_socket connection; /* every member is set on the way */

    if (!ip_from_sockaddr(address, length, &connection.ip, &connection.port)) {
        return;
    }
    connection.fd = fd;
    connection.caller = (uintptr_t)caller;
    connection.thread = lookup_thread_number();
    if (!add(&connection) && !is_for_dns(&connection)) {
        atomic_store_explicit(&incomplete, true, memory_order_relaxed);
    }
    errno = saved;
}

bool connection_peer(int fd, const struct connected_socket *connection, struct ip *ip, in_port_t *port)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;

    if (kernel_getpeername(fd, (struct sockaddr *)&peer, &length) == 0) {
        return ip_from_sockaddr((const struct sockaddr *)&peer, length, ip, port);
    }
    if (errno != ENOTCONN || connection == NULL || !is_connecting(fd)) {
        return false;
    }
    *ip = connection->ip;
    *port = connection->port;
    return true;
}

bool connection_is_local(int fd, const struct ip *peer)
{
    static const struct ip loopback = {.bytes = {[15] = 1}};
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    struct ip ip;
    in_port_t ignored;

    if (ip_equal(peer, &loopback) || (ip_is_mapped(peer) && peer->bytes[sizeof IP_MAPPED_PREFIX] == IN_LOOPBACKNET)) {
        return true;
    }
    return kernel_getsockname(fd, (struct sockaddr *)&own, &length) == 0 &&
           ip_from_sockaddr((const struct sockaddr *)&own, length, &ip, &ignored) && ip_equal(peer, &ip);
}

/* An inode may have been given to another socket. Where there is no cookie, only the peer tells that. */
static bool may_be_another(int fd, const struct connected_socket *connection)
{
    struct ip ip;
    in_port_t port;

    return !connection->has_cookie &&
           !(connection_peer(fd, connection, &ip, &port) && ip_equal(&ip, &connection->ip) && port == connection->port);
}

static void take(struct connection_record *record, uint64_t version, struct claim *claim)
{
    claim->is_first = atomic_exchange_explicit(&record->claimed, version, memory_order_relaxed) != version;
}

bool connections_of(int fd, struct claim *claim)
{
    bool ignored;
    uint64_t socket = socket_identity(fd, &ignored);
    struct connection_record *record = socket != 0 ? connection_table_find(socket) : NULL;
    uint64_t version = record != NULL ? read_record(record, &claim->connection) : 0;
    if (version == 0 || claim->connection.socket != socket || may_be_another(fd, &claim->connection)) {
        return false;
    }
    take(record, version, claim);
    return true;
}

/* Whether the socket is still there, and connected. */
static bool is_open(const struct connected_socket *connection)
{
    struct ip ip;
    in_port_t port;

    return is_socket(connection->fd, connection->socket) && connection_peer(connection->fd, connection, &ip, &port) &&
           !may_be_another(connection->fd, connection);
}

struct unclaimed_search {
    size_t count;
    struct connected_socket found; /* the last of them */
    struct connection_record *record;
    uint64_t version;
};

/* This thread's open connections of one kind that nobody claimed; all that is more than one is two. */
static void find_unclaimed(int type, struct unclaimed_search *search)
{
    uint64_t thread = lookup_thread_number();
    struct connected_socket connection;
    struct connection_record *record;

    for (int fd = 0; search->count < 2 && (record = connection_table_next(&fd)) != NULL; fd++) {
        if (connection_record_word(record, offsetof(struct connected_socket, thread)) != thread) {
            continue;
        }
        uint64_t version = read_record(record, &connection);
        if (version != 0 && connection.thread == thread &&
            atomic_load_explicit(&record->claimed, memory_order_relaxed) != version && is_open(&connection) &&
            has_type(connection.fd, type) && !is_for_dns(&connection)) {
            *search = (struct unclaimed_search){search->count + 1, connection, record, version};
        }
    }
}

enum unclaimed connections_unclaimed(struct claim *claim)
{
    struct unclaimed_search search = {.count = 0};

    if (atomic_load_explicit(&incomplete, memory_order_relaxed)) {
        return UNCLAIMED_UNRECORDED;
    }
    find_unclaimed(SOCK_STREAM, &search);
    if (search.count == 0) {
        find_unclaimed(SOCK_DGRAM, &search);
    }
    if (search.count != 1) {
        return search.count == 0 ? UNCLAIMED_NONE : UNCLAIMED_SEVERAL;
    }
    claim->connection = search.found;
    take(search.record, search.version, claim);
    return UNCLAIMED_FOUND;
}
