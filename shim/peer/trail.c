#include "peer/trail.h"

#include "peer/connections.h"
#include "peer/host_name.h"
#include "peer/lookups.h"
#include "process/loader.h"

#include <arpa/inet.h>
#include <errno.h>

/* The old forms of an IPv4 address ("127.1", "0x7f000001") are addresses to resolvers, though to nobody else. */
static struct peer_name name_of(const char *node)
{
    struct peer_name name;
    struct in_addr ignored;

    peer_normalise(node, strlen(node), &name);
    if (name.kind != PEER_ADDRESS && inet_aton(node, &ignored) != 0) {
        name.kind = PEER_ADDRESS;
    }
    return name;
}

static struct peer_name address_name(const struct ip *ip)
{
    struct peer_name name = {.kind = PEER_ADDRESS};

    ip_print(ip, name.text);
    return name;
}

/* `count` addresses came before this one. */
static void add_lookup(size_t count, const struct ip *ip, const struct peer_name *asked)
{
    struct peer_name name = asked->kind == PEER_ADDRESS ? address_name(ip) : *asked;

    if (count < LOOKUP_ADDRESSES) {
        lookups_add(ip, &name);
    } else {
        lookups_skip(ip, &name);
    }
}

/* The last look-up with one address of this thread: programs ask for the same name again and again. */
static __thread struct {
    char node[64]; /* as asked; longer names are not remembered */
    struct ip ip;
} latest;

static bool is_latest(const char *node, const struct ip *ip)
{
    return strcmp(node, latest.node) == 0 && ip_equal(ip, &latest.ip) && lookups_add_latest();
}

static void remember(const char *node, const struct ip *ip)
{
    size_t length = strlen(node);

    latest.node[0] = '\0';
    if (length < sizeof latest.node) {
        memcpy(latest.node, node, length + 1);
        latest.ip = *ip;
    }
}

/* Apart from its caller, whose short way is the usual one and needs none of this frame. */
__attribute__((noinline)) static void add_lookups(const char *node, const struct addrinfo *result)
{
    int saved = errno;
    struct ip ip, previous;
    in_port_t ignored;
    size_t count = 0;

    struct peer_name name = name_of(node);
    for (; result != NULL; result = result->ai_next) {
        if (!ip_from_sockaddr(result->ai_addr, result->ai_addrlen, &ip, &ignored)) {
            continue;
        }
        /* Each address comes once per socket type. */
        if (count == 0 || !ip_equal(&ip, &previous)) {
            add_lookup(count, &ip, &name);
            previous = ip;
            count++;
        }
    }
    if (count > 0) {
        remember(count == 1 ? node : "", &previous);
    }
    errno = saved;
}

void trail_resolved(const char *node, const struct addrinfo *result)
{
    struct ip ip;
    in_port_t ignored;

    if (node == NULL || result == NULL) {
        return;
    }
    if (result->ai_next != NULL || !ip_from_sockaddr(result->ai_addr, result->ai_addrlen, &ip, &ignored) ||
        !is_latest(node, &ip)) {
        add_lookups(node, result);
    }
}

void trail_resolved_hostent(const char *node, const struct hostent *result)
{
    int saved = errno;
    struct ip ip;

    if (node == NULL || result == NULL || result->h_addr_list == NULL) {
        return;
    }
    struct peer_name name = name_of(node);
    for (size_t i = 0; result->h_addr_list[i] != NULL; i++) {
        if (ip_from_bytes(result->h_addrtype, result->h_addr_list[i], &ip)) {
            add_lookup(i, &ip, &name);
            remember("", &ip);
        }
    }
    errno = saved;
}

/*
 * The names of this host say nothing about whom it talks to on its own addresses: programs look them up to greet. A
 * single name is meant all the same.
 */
static void drop_own_names(int fd, const struct ip *peer, struct name_candidates *names)
{
    size_t others = 0;

    if (fd < 0 || names->count < 2 || !connection_is_local(fd, peer)) {
        return;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (!host_name_is_own(names->names[i].text)) {
            names->names[others++] = names->names[i];
        }
    }
    if (others > 0) {
        names->count = others;
    }
}

static bool has_no_host_name(const struct name_candidates *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (names->names[i].kind == PEER_NONE) {
            return true;
        }
    }
    return false;
}

static void name_peer(const struct name_candidates *names, struct trail_peer *peer)
{
    peer->incomplete = names->incomplete;
    if (names->incomplete) {
        peer->unknown = names->count == PEER_LOOKUP_NAMES ? "too many names lead to this address"
                                                          : "a name that led to this address is forgotten, "
                                                            "as this process has looked up too many";
    } else if (has_no_host_name(names)) {
        peer->unknown = "what was looked up is no host name that a certificate can carry";
    } else if (names->count == 0) {
        peer->literal = address_name(&peer->ip);
    } else if (names->count == 1 && names->names[0].kind == PEER_ADDRESS) {
        peer->literal = names->names[0];
    } else {
        peer->name_count = names->count;
        memcpy(peer->names, names->names, names->count * sizeof names->names[0]);
    }
}

/*
 * Whether another preloaded library was asked before this one, and may have put a proxy's address into the call. A
 * sanitizer's runtime, in a library or in the program itself, hands on what it is asked for.
 */
static bool another_library_connected(const struct connected_socket *connection)
{
    const void *caller = (const void *)(uintptr_t)connection->caller; /* NOLINT(performance-no-int-to-ptr) */

    return caller != NULL && loader_is_library_with(caller, "connect") &&
           !loader_defines_beside(caller, "__sanitizer_print_stack_trace");
}

/* connect(2) to the unspecified address reaches this host, by another address. */
static bool asked_for(const struct connected_socket *connection, const struct ip *ip, in_port_t port)
{
    static const struct ip any, any_mapped = {.bytes = {[10] = 0xFF, [11] = 0xFF}};

    return port == connection->port &&
           (ip_equal(ip, &connection->ip) || ip_equal(&any, &connection->ip) || ip_equal(&any_mapped, &connection->ip));
}

static void name_connection(int fd, const struct claim *claim, struct trail_peer *peer)
{
    struct name_candidates names;
    const struct connected_socket *connection = &claim->connection;
    bool proxied = !asked_for(connection, &peer->ip, peer->port);

    peer->is_first = claim->is_first;
    peer->socket = connection->socket;
    peer->interposed = another_library_connected(connection);
    if (peer->interposed) {
        peer->unknown = "another preloaded library stands before this one and chose the address: put this one first";
        return;
    }
    if (proxied) {
        peer->ip = connection->ip;
        peer->port = connection->port;
    }
    lookups_by_address(&peer->ip, &names);
    if (!proxied) {
        drop_own_names(fd, &peer->ip, &names);
    }
    name_peer(&names, peer);
    if (proxied && names.count == 0 && peer->literal.kind != PEER_NONE) {
        peer->literal.kind = PEER_NONE;
        peer->unknown = "the connection does not lead to the address that was asked for, and no name led there";
    }
}

static const char NO_DESCRIPTOR[][96] = {
    [UNCLAIMED_NONE] = "no descriptor was shown, and this thread has no open connection without a handshake",
    [UNCLAIMED_SEVERAL] = "no descriptor was shown, and this thread has several connections without a handshake",
    [UNCLAIMED_UNRECORDED] = "no descriptor was shown, and not all connections of this thread could be recorded",
};

static void name_unseen(int fd, struct trail_peer *peer)
{
    struct name_candidates names;

    lookups_by_address(&peer->ip, &names);
    drop_own_names(fd, &peer->ip, &names);
    name_peer(&names, peer);
}

void trail_lookup(int fd, struct trail_peer *peer)
{
    struct claim claim;

    memset(peer, 0, sizeof *peer);
    peer->is_first = true;
    bool recorded = fd >= 0 && connections_of(fd, &claim);
    if (fd < 0) {
        enum unclaimed found = connections_unclaimed(&claim);
        recorded = found == UNCLAIMED_FOUND;
        peer->unknown = recorded ? NULL : NO_DESCRIPTOR[found];
        peer->weak = recorded;
        fd = recorded ? claim.connection.fd : -1;
    }
    peer->has_address = fd >= 0 && connection_peer(fd, recorded ? &claim.connection : NULL, &peer->ip, &peer->port);
    if (peer->has_address && recorded) {
        name_connection(fd, &claim, peer);
    } else if (peer->has_address) {
        name_unseen(fd, peer);
    } else if (fd >= 0) {
        peer->unknown = "the descriptor is no Internet socket, or was not connected when the handshake began";
    }
}

void trail_lookup_address(const struct ip *ip, in_port_t port, struct trail_peer *peer)
{
    *peer = (struct trail_peer){.has_address = true, .is_first = true, .ip = *ip, .port = port};
    name_unseen(-1, peer);
}
