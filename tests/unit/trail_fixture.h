/*
 * What the tests of the trail share: a server on this host, look-ups made up, connections that are real.
 */
#ifndef TLSWARD_TRAIL_FIXTURE_H
#define TLSWARD_TRAIL_FIXTURE_H

#include "cases.h"
#include "peer/connections.h"
#include "peer/trail.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Every test runs in a process of its own, so the tables are empty when it starts. */

static in_port_t server_port;
static int server;

static inline struct sockaddr_storage address_of(const char *text, in_port_t port, socklen_t *length)
{
    struct sockaddr_storage address = {.ss_family = AF_INET};
    struct sockaddr_in *in = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

    in->sin_port = htons(port);
    *length = sizeof *in;
    if (inet_pton(AF_INET, text, &in->sin_addr) != 1) {
        address.ss_family = AF_INET6;
        *length = sizeof *in6;
        ck_assert_int_eq(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    }
    return address;
}

/* A server on all addresses of this host, IPv4 as well as IPv6. */
static inline void start_server(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    socklen_t length = sizeof address;

    server = socket(AF_INET6, SOCK_STREAM, 0);
    ck_assert_int_eq(setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int)), 0);
    ck_assert_int_eq(bind(server, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(listen(server, 4096), 0);
    ck_assert_int_eq(getsockname(server, (struct sockaddr *)&address, &length), 0);
    server_port = ntohs(address.sin6_port);
}

static inline int connect_socket(int type, const char *text, in_port_t port)
{
    socklen_t length;
    struct sockaddr_storage address = address_of(text, port, &length);
    int fd = socket(address.ss_family, type, 0);

    ck_assert_int_ge(fd, 0);
    int status = connect(fd, (struct sockaddr *)&address, length);
    ck_assert_msg(status == 0 || errno == EINPROGRESS, "%s: %s", text, strerror(errno));
    connections_add(fd, (struct sockaddr *)&address, length, NULL);
    return fd;
}

static inline int connect_stream(const char *text)
{
    return connect_socket(SOCK_STREAM, text, server_port);
}

static inline int connect_datagram(const char *text, in_port_t port)
{
    return connect_socket(SOCK_DGRAM, text, port);
}

/* As getaddrinfo(3) answers without hints: each address once for streams and once for datagrams. */
static inline void resolve(const char *node, const char *const *addresses)
{
    struct addrinfo info[16] = {{0}};
    struct sockaddr_storage sockaddrs[16];
    size_t count = 0;

    for (; *addresses != NULL && count < 16; count++) {
        socklen_t length;
        sockaddrs[count] = address_of(*addresses, 0, &length);
        info[count].ai_addr = (struct sockaddr *)&sockaddrs[count];
        info[count].ai_addrlen = length;
        info[count].ai_socktype = count % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM;
        info[count].ai_canonname = "canonical.example";
        if (count > 0) {
            info[count - 1].ai_next = &info[count];
        }
        addresses += count % 2;
    }
    trail_resolved(node, info);
}

static inline void resolve_one(const char *node, const char *address)
{
    resolve(node, (const char *const[]){address, NULL});
}

struct lookup_by_thread {
    const char *node;
    const char *address;
};

static inline void *resolve_in_thread(void *arg)
{
    struct lookup_by_thread *lookup = arg;

    resolve_one(lookup->node, lookup->address);
    return NULL;
}

static inline void run_in_thread(void *(*function)(void *), void *arg)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, function, arg), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

/*
 * The peer in one line: "name host", "each one other", "literal 127.0.0.1", "incomplete", "no name", "unknown", with
 * "weak " before it. Whatever is not known is so for a reason that is told.
 */
static inline const char *lookup(int fd)
{
    static char line[PEER_LOOKUP_NAMES * PEER_NAME_MAX + 16];
    struct trail_peer peer;

    trail_lookup(fd, &peer);
    bool named = peer.name_count > 0 || peer.literal.kind != PEER_NONE;
    ck_assert(named == (peer.unknown == NULL));
    ck_assert(peer.name_count == 0 || peer.literal.kind == PEER_NONE);
    int used = snprintf(line, sizeof line, "%s", peer.weak ? "weak " : "");
    if (peer.literal.kind != PEER_NONE) {
        ck_assert(peer.literal.kind == PEER_ADDRESS);
        snprintf(line + used, sizeof line - (size_t)used, "literal %s", peer.literal.text);
    } else if (peer.name_count > 0) {
        used += snprintf(line + used, sizeof line - (size_t)used, peer.name_count > 1 ? "each" : "name");
        for (size_t i = 0; i < peer.name_count; i++) {
            used += snprintf(line + used, sizeof line - (size_t)used, " %s", peer.names[i].text);
        }
    } else {
        snprintf(line + used, sizeof line - (size_t)used, "%s",
                 peer.incomplete    ? "incomplete"
                 : peer.has_address ? "no name"
                                    : "unknown");
    }
    return line;
}

/* Each test of the case has a server of its own. Returns the case. */
static inline TCase *with_server(TCase *tests)
{
    tcase_add_checked_fixture(tests, start_server, NULL);
    return tests;
}

#endif
