/*
 * min-protocol: what the ClientHello offers is narrowed where the library lets it, and what was negotiated is told. The
 * verdict holds it to the policy in any case.
 */
#ifndef TLSWARD_PROTOCOL_FLOOR_H
#define TLSWARD_PROTOCOL_FLOOR_H

#include "openssl/connection.h"

/*
 * Under enforce, before the ClientHello: nothing older than the policy's minimum is offered, by
 * SSL_set_min_proto_version(3), which is raised and never lowered. Nothing is done where nothing would be left of what
 * the program offers, nor before 1.1.1, which cannot tell what the program set: there the handshake is refused when the
 * version is known.
 */
void protocol_floor_raise(const struct library *library, SSL *ssl, struct connection *connection);

/* Puts the program's own minimum back, unless it has said something else meanwhile. */
void protocol_floor_put_back(const struct library *library, SSL *ssl, struct connection *connection);

/* The program sets its own: that stands, and ours no longer counts as in its place. */
void protocol_floor_forget(const struct library *library, const SSL *ssl);

/* Whether a fatal alert, ours or the server's, says that the two had no version in common that we left them. */
bool protocol_floor_ended(const struct library *library, const SSL *ssl, const struct connection *connection, int where,
                          int alert);

/* The protocol that SSL_get_version(3) calls by this name. */
enum protocol protocol_named(const char *version);

/* What was negotiated. */
enum protocol protocol_negotiated(const struct library *library, const SSL *ssl);

#endif
