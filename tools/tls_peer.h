/*
 * A TLS handshake that accepts every server, to see what it presents.
 */
#ifndef TLSWARD_TLS_PEER_H
#define TLSWARD_TLS_PEER_H

#include "channel.h"

#include <openssl/x509.h>

struct tls_peer {
    STACK_OF(X509) * chain; /* as sent, leaf first */
    char *version;          /* "TLSv1.3" */
    char *cipher;
};

/* `sni` may be NULL. False with the reason in *why (the caller frees it). */
bool tls_peer_examine(const struct channel *channel, const char *sni, struct tls_peer *peer, char **why);

void tls_peer_free(struct tls_peer *peer);

#endif
