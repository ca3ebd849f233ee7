/*
 * A session may only be resumed where a full handshake would have been accepted: it carries a mark that says under
 * which settings and for which name it was verified. A session that was serialised has one where this process verified
 * its leaf.
 */
#ifndef TLSWARD_SESSION_H
#define TLSWARD_SESSION_H

#include "connection.h"

bool session_attach(struct library *library);

/* Marks the connection's session as verified the way the connection was. */
void session_mark(const struct library *library, const SSL *ssl, const struct connection *connection);

/* The name the session was verified for; kind PEER_NONE without a mark or a name. */
struct peer_name session_name(const struct library *library, const SSL_SESSION *session);

bool session_is_marked(const struct library *library, const SSL_SESSION *session);

/*
 * True where the mark is of the same settings and names the connection's peer, and where the connection would again
 * count the program's trust anchors if they are what the session's chain led to.
 */
bool session_is_verified(const struct library *library, const SSL *ssl, const SSL_SESSION *session,
                         const struct connection *connection);

#endif
