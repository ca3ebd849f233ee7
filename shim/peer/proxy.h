/*
 * Proxies: a connection to one leads to somebody else, so that the name and the address of the proxy must not be
 * taken for those of the peer. Pure functions over text.
 */
#ifndef TLSWARD_PROXY_H
#define TLSWARD_PROXY_H

#include "peer/peer.h"

#include <stdint.h>

struct proxy {
    const char *text; /* as written */
    struct peer_name host;
    uint16_t port; /* host byte order; 0: any */
    bool tls;      /* "https://": the first handshake of a connection is with the proxy itself */
};

/*
 * Reads "host", "host:port" or a URL of the form that http_proxy and its kin have in the environment
 * ("http://user:password@host:port/", "socks5h://[::1]:1080"; curl(1), ENVIRONMENT). The text is not copied.
 * False for what names no host.
 */
bool proxy_parse(const char *text, struct proxy *proxy);

/* The proxy that has this normalised name or address and port (0: unknown, which may be any), or NULL. */
const struct proxy *proxy_find(const struct proxy *proxies, size_t count, const char *host, uint16_t port);

#endif
