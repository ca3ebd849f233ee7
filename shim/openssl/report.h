/*
 * From what was found out to events on their way. Keeps errno; never blocks.
 */
#ifndef TLSWARD_REPORT_H
#define TLSWARD_REPORT_H

#include "openssl/connection.h"

/* The event of a handshake that was just judged. `leaf` is NULL where no certificate came. */
void report_handshake(const struct library *library, SSL *ssl, struct connection *connection, X509 *leaf);

/* What is needed to add to a handshake's event when the connection may be gone. */
struct report_subject {
    char event_id[33];
    struct settings settings;
    struct peer_name name;
    char address[INET6_ADDRSTRLEN];
    uint16_t port;
};
void report_update(const struct report_subject *subject, const char *checked_later);

#endif
