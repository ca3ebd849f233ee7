/*
 * What an SSL tells for the event of its handshake.
 */
#ifndef TLSWARD_REPORT_H
#define TLSWARD_REPORT_H

#include "event/tls_family.h"
#include "openssl/judge.h"

/* With what openssl_family is asked. */
struct report_object {
    const struct library *library;
    SSL *ssl;
    const struct judgement *judgement; /* NULL where no certificate came */
};
extern const struct tls_family openssl_family;

/* The event of a handshake that was just judged. `judgement` is NULL where no certificate came. Keeps errno. */
void report_handshake(const struct library *library, SSL *ssl, struct connection *connection,
                      const struct judgement *judgement);

#endif
