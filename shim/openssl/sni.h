/*
 * The SNI of a program that sends none. What libssl keeps of it must not be taken for the program's word when the SSL
 * is used for another peer.
 */
#ifndef TLSWARD_SNI_H
#define TLSWARD_SNI_H

#include "openssl/connection.h"

/* Sends client_handshake_name_to_send(), where the program sends none. */
void sni_add(const struct library *library, SSL *ssl, struct connection *connection);

/* The program sets one, or takes it away: none is ours any more, not even where both are of the same name. */
void sni_note(const struct library *library, const SSL *ssl);

/* Takes away what was added, unless the program has set another since; before the SSL is looked at anew. */
void sni_take_back(const struct library *library, SSL *ssl, struct connection *connection);

/* The server does not serve the name that was added: without it the handshake might have gone on. */
void sni_refused(const struct connection *connection);

#endif
