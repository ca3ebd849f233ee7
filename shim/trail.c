#include "trail.h"

#include "connections.h"
#include "lookups.h"

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
        lookups_skip(ip);
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

/* The rules for names; `connection` is NULL where nothing is known about who connected the socket. */
static void name_peer(const struct connected_socket *connection, struct trail_peer *peer)
{
    const struct ip *ip = &peer->ip;
    struct name_candidates names = lookups_by_address(ip);

    if (names.count > 1 && connection != NULL) {
        struct name_candidates own = lookups_by_window(ip, &connection->window);
        if (own.count == 1) {
            names = own;
        }
    }
    if (names.count == 0 && !lookups_forgot(ip)) {
        peer->literal = address_name(ip);
    } else if (names.count != 1) {
        peer->ambiguous = true;
    } else if (names.first.kind == PEER_ADDRESS) {
        peer->literal = names.first;
    } else {
        peer->name = names.first;
    }
}

void trail_lookup(int fd, struct trail_peer *peer)
{
    struct connected_socket connection;

    memset(peer, 0, sizeof *peer);
    bool recorded = fd >= 0 ? connections_of(fd, &connection) : connections_unclaimed(&connection);
    if (fd < 0 && recorded) {
        peer->weak = true;
        fd = connection.fd;
    }
    const struct connected_socket *known = recorded ? &connection : NULL;
    peer->has_address = fd >= 0 && connection_peer(fd, known, &peer->ip, &peer->port);
    if (peer->has_address) {
        name_peer(known, peer);
    }
}

void trail_lookup_address(const struct ip *ip, in_port_t port, struct trail_peer *peer)
{
    *peer = (struct trail_peer){.has_address = true, .ip = *ip, .port = port};
    name_peer(NULL, peer);
}
