/*
 * A TLS handshake that accepts every server, to see what it presents.
 */
#ifndef TLSWARD_TLS_PEER_H
#define TLSWARD_TLS_PEER_H

#include "server/channel.h"

#include <openssl/x509.h>
#include <stdint.h>
#include <time.h>

struct tls_peer {
    STACK_OF(X509) * chain; /* as sent, leaf first; NULL where the server has no certificate */
    char *version;          /* "TLSv1.3" */
    char *cipher;
    char *ended;  /* why the handshake ended after the chain had arrived, or NULL */
    bool refused; /* the server wants nothing of what was offered */
    time_t date;  /* what the server says that it is, seconds since 1970; 0: it was not asked, or does not say */
};

enum tls_offer {
    OFFER_CERTIFICATES, /* what programs offer */
    OFFER_ANONYMOUS     /* suites without a certificate, which they should not */
};

/* What may be asked once the handshake is done. */
struct tls_question {
    const char *host; /* for HTTP; NULL: nothing is asked */
    uint16_t port;
};

/*
 * `sni` may be NULL. Where a certificate of the chain is not valid by this host's clock, the server is asked for its
 * own. False with the reason in *why (the caller frees it) where nothing arrived but perhaps a
 * refusal.
 */
bool tls_peer_examine(const struct channel *channel, const char *sni, enum tls_offer offer,
                      const struct tls_question *question, struct tls_peer *peer, char **why);

void tls_peer_free(struct tls_peer *peer);

#endif
