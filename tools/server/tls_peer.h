/*
 * A TLS handshake that accepts every server, to see what it presents.
 */
#ifndef TLSWARD_TLS_PEER_H
#define TLSWARD_TLS_PEER_H

#include "server/channel.h"

#include <openssl/x509.h>

struct tls_peer {
    STACK_OF(X509) * chain; /* as sent, leaf first; NULL where the server has no certificate */
    char *version;          /* "TLSv1.3" */
    char *cipher;
    char *ended;  /* why the handshake ended after the chain had arrived, or NULL */
    bool refused; /* the server wants nothing of what was offered */
};

enum tls_offer {
    OFFER_CERTIFICATES, /* what programs offer */
    OFFER_ANONYMOUS     /* suites without a certificate, which they should not */
};

/* `sni` may be NULL. False with the reason in *why (the caller frees it) where nothing arrived but perhaps a refusal.
 */
bool tls_peer_examine(const struct channel *channel, const char *sni, enum tls_offer offer, struct tls_peer *peer,
                      char **why);

void tls_peer_free(struct tls_peer *peer);

#endif
