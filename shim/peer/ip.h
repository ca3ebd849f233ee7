/*
 * An IP address as one value: IPv4 in its IPv4-mapped form (RFC 4291 section 2.5.5.2), so that both ways to
 * reach one host compare equal. Scopes are not part of it.
 */
#ifndef TLSWARD_IP_H
#define TLSWARD_IP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

struct ip {
    uint8_t bytes[16]; /* network byte order */
};

static inline bool ip_equal(const struct ip *a, const struct ip *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static const uint8_t IP_MAPPED_PREFIX[12] = {[10] = 0xFF, [11] = 0xFF};

static inline bool ip_is_mapped(const struct ip *ip)
{
    return memcmp(ip->bytes, IP_MAPPED_PREFIX, sizeof IP_MAPPED_PREFIX) == 0;
}

/* From the bytes of a struct in_addr or in6_addr. False for another family. Async-signal-safe. */
static inline bool ip_from_bytes(int family, const void *bytes, struct ip *ip)
{
    switch (family) {
    case AF_INET:
        memcpy(ip->bytes, IP_MAPPED_PREFIX, sizeof IP_MAPPED_PREFIX);
        memcpy(ip->bytes + sizeof IP_MAPPED_PREFIX, bytes, sizeof(struct in_addr));
        return true;
    case AF_INET6:
        memcpy(ip->bytes, bytes, sizeof(struct in6_addr));
        return true;
    default:
        return false;
    }
}

/*
 * False for another family than AF_INET and AF_INET6 or a short `length`. `port` in host byte order. Async-signal-safe.
 */
static inline bool ip_from_sockaddr(const struct sockaddr *address, socklen_t length, struct ip *ip, in_port_t *port)
{
    /* Copied out, because a caller's buffer may be a plain array of bytes without alignment. */
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    sa_family_t family;

    if (address == NULL || length < sizeof in) { /* the shorter one */
        return false;
    }
    memcpy(&family, (const char *)address + offsetof(struct sockaddr, sa_family), sizeof family);
    if (family == AF_INET) {
        memcpy(&in, address, sizeof in);
        *port = ntohs(in.sin_port);
        return ip_from_bytes(AF_INET, &in.sin_addr, ip);
    }
    /* RFC 2133 had no scope: such callers pass 24 bytes, and Linux takes them. */
    if (family == AF_INET6 && length >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
        memcpy(&in6, address, offsetof(struct sockaddr_in6, sin6_scope_id));
        *port = ntohs(in6.sin6_port);
        return ip_from_bytes(AF_INET6, &in6.sin6_addr, ip);
    }
    return false;
}

/*
 * From an IPv4 dotted quad or an IPv6 address, the latter with or without a scope ("%eth0"), as inet_pton(3)
 * reads them. `text` need not be terminated.
 */
bool ip_from_text(const char *text, size_t length, struct ip *ip);

/* In the form of inet_ntop(3); an IPv4-mapped address as IPv4. */
void ip_print(const struct ip *ip, char text[static INET6_ADDRSTRLEN]);

#endif
