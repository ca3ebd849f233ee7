/*
 * A session may only be resumed where a full handshake would have been accepted: it carries a mark that says under
 * which settings and for which name it was verified. A session that was serialised has one where this process verified
 * its leaf.
 */
#ifndef TLSWARD_SESSION_H
#define TLSWARD_SESSION_H

#include "openssl/connection.h"

bool session_attach(struct library *library);

/* Marks the session of a full handshake with what was verified of its peer, where the policy allowed it. */
void session_mark(const struct library *library, const SSL *ssl, const struct connection *connection);

/* Whether the session's leaf was verified for this name, under whatever settings. */
bool session_is_for(const struct library *library, const SSL_SESSION *session, const struct peer_name *name);

bool session_is_marked(const struct library *library, const SSL_SESSION *session);

/*
 * True where a full handshake of this connection would be accepted for what the session's was: under the same settings,
 * by trust anchors that count here too, and for this peer as far as the settings demand it; `names_peer` says whether
 * it was for one of the names that are expected now, demanded or not.
 */
bool session_is_verified(const struct library *library, SSL *ssl, const SSL_SESSION *session,
                         const struct connection *connection, bool *names_peer);

/*
 * Where no chain is demanded: true where the full handshake that made the session was allowed by the same settings, so
 * that no key was shown which they deny.
 */
bool session_has_passed(const struct library *library, const SSL_SESSION *session, const struct connection *connection);

/* False where the connection must make a full handshake in the place of resuming the session. */
bool session_may_be_resumed(const struct library *library, SSL *ssl, const SSL_SESSION *session,
                            const struct connection *connection);

#endif
