/*
 * Whom a handshake is meant for, and what the policy says about it: gathered once, when the handshake starts.
 */
#ifndef TLSWARD_OBSERVE_H
#define TLSWARD_OBSERVE_H

#include "openssl/connection.h"

/* Fills the connection's names, address and settings, and its stage becomes STAGE_OBSERVED. errno may change. */
void observe_peer(const struct library *library, SSL *ssl, struct connection *connection);

/*
 * For a renegotiation: the policy and its settings as they are now, for what was known of the peer when the first
 * handshake started. What the SSL says meanwhile may be the session's word, as its SNI is once one was resumed.
 */
void observe_again(struct connection *connection);

/* The address, where there was no socket yet when the handshake started. errno may change. */
void observe_address(const struct library *library, const SSL *ssl, struct connection *connection);

/* The program says where an SSL without a connected socket goes: SSL_set1_initial_peer_addr(3). */
void observe_told_address(const struct library *library, SSL *ssl, const BIO_ADDR *address);

/* True for the client's side of a connection. */
bool observe_is_client(const struct library *library, const SSL *ssl);

#endif
