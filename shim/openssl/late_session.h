/*
 * A session that the program gave the connection after ours had looked, and that was not verified for it: should the
 * server accept it, libssl itself ends the handshake, as it does wherever a session is of another context
 * (SSL_set_session_id_context(3)). From OpenSSL 1.1.1 on, which can be asked whether the server has answered.
 */
#ifndef TLSWARD_LATE_SESSION_H
#define TLSWARD_LATE_SESSION_H

#include "openssl/connection.h"

/* The handshake came to another state. Must not be called but for a connection that demands proof of its peer. */
void late_session_watch(const struct library *library, SSL *ssl, struct connection *connection);

/* Gives the SSL its own context back, before it is used again. */
void late_session_undo(const struct library *library, SSL *ssl, struct connection *connection);

#endif
