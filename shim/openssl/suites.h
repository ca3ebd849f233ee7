/*
 * Cipher suites that bring no certificate.
 */
#ifndef TLSWARD_SUITES_H
#define TLSWARD_SUITES_H

#include "openssl/connection.h"

/*
 * Takes the suites that authenticate nobody out of the connection's list, and the pre-shared key and SRP suites too
 * where the policy blocks them. The list is rewritten only if such a suite would be offered. Returns what was taken
 * away, AUTH_CERTIFICATE for nothing.
 */
enum authentication suites_drop_unauthenticated(const struct library *library, SSL *ssl, struct connection *connection,
                                                enum choice psk);

/* Gives the connection the program's list again, for a handshake with whom it may be allowed. */
void suites_put_back(const struct library *library, SSL *ssl, struct connection *connection);

/* How the peer of a finished handshake without a certificate was authenticated. */
enum authentication suites_authentication(const struct library *library, const SSL *ssl);

#endif
