/*
 * Pre-shared keys come from callbacks, which libssl does not tell: what the program sets is noted, so that it can be
 * taken away for a destination where the policy forbids such keys, and be there again for the next. What is called such
 * a key may also be a session, with a certificate: that is used where it might be resumed.
 */
#ifndef TLSWARD_PSK_H
#define TLSWARD_PSK_H

#include "openssl/connection.h"

/* The program sets a callback, or takes one away (NULL). */
void psk_note_context_client(const struct library *library, const SSL_CTX *ctx, psk_client_callback callback);
void psk_note_context_session(const struct library *library, const SSL_CTX *ctx, psk_use_session_callback callback);

/* A connection was made, and has by now what its context had. */
void psk_note_new(const struct library *library, const SSL_CTX *ctx, SSL *ssl, const void *caller);

/* The program sets one for a connection; returns what libssl is to have in its place for now. */
psk_client_callback psk_note_client(const struct library *library, SSL *ssl, psk_client_callback callback);
psk_use_session_callback psk_note_session(const struct library *library, SSL *ssl, psk_use_session_callback callback);

/* Lets the connection offer no pre-shared key. True where the program may have any. */
bool psk_drop(const struct library *library, SSL *ssl, struct connection *connection);

/*
 * Lets no session be used, nor early data be sent with it, whose certificate was not verified for this connection,
 * which must be one that demands proof of its peer. True where no session is offered because it cannot be known whose
 * callback would give it, though the program once had one.
 */
bool psk_guard(const struct library *library, SSL *ssl, struct connection *connection);

/* Calls the program's callback. Stands in its place in a connection that is guarded. */
int psk_use_session(const struct library *library, SSL *ssl, const EVP_MD *digest, const unsigned char **identity,
                    size_t *length, SSL_SESSION **session);

/* Undoes both; nothing is put back that was set out of sight. */
void psk_put_back(const struct library *library, SSL *ssl, struct connection *connection);

#endif
