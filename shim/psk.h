/*
 * Pre-shared keys come from callbacks, which libssl does not tell: what the program sets is noted, so that it can be
 * taken away for a destination where the policy forbids such keys, and be there again for the next.
 */
#ifndef TLSWARD_PSK_H
#define TLSWARD_PSK_H

#include "connection.h"

/* The program sets a callback, or takes one away (NULL). */
void psk_note_context_client(const struct library *library, const SSL_CTX *ctx, psk_client_callback callback);
void psk_note_context_session(const struct library *library, const SSL_CTX *ctx, psk_use_session_callback callback);
void psk_note_client(const struct library *library, SSL *ssl, psk_client_callback callback);
void psk_note_session(const struct library *library, SSL *ssl, psk_use_session_callback callback);

/* Lets the connection offer no pre-shared key. True where the program is known to have any. */
bool psk_drop(const struct library *library, SSL *ssl, struct connection *connection);

/* Undoes psk_drop(); nothing is put back that was set out of sight. */
void psk_put_back(const struct library *library, SSL *ssl, struct connection *connection);

#endif
