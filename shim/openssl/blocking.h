/*
 * Carrying the verdict out so that it looks like OpenSSL's own: the right alert, the right error, and a line of error
 * data that tells whoever reads the program's log whom to ask.
 */
#ifndef TLSWARD_BLOCKING_H
#define TLSWARD_BLOCKING_H

#include "openssl/connection.h"

/*
 * What the cert-verify callback returns to libssl, which looks at the verify mode only afterwards. `accepted` is what
 * the program's own verification returned; in audit it comes back unchanged.
 */
int blocking_carry_out(const struct library *library, SSL *ssl, struct connection *connection,
                       X509_STORE_CTX *store_ctx, int accepted);

/* For want of memory even for a verdict: fails the handshake where the policy enforces, else returns `accepted`. */
int blocking_without_verdict(const struct library *library, SSL *ssl, X509_STORE_CTX *store_ctx, int accepted);

/* Adds the line to the error on the queue while the alert goes out; in the verify callback it would be lost. */
void blocking_explain(const struct library *library, struct connection *connection);

/* A handshake that is over: nothing is read from the connection or written to it from here on. */
void blocking_close(const struct library *library, SSL *ssl, struct connection *connection);

/* The program was told of the end, and may have set BIOs by any function: the write that drove the handshake goes on.
 */
void blocking_keep_closed(const struct library *library, SSL *ssl);

/* ... until the SSL begins another handshake, on either side. */
void blocking_reopen(const struct library *library, SSL *ssl, struct connection *connection);

/* Closes one without a record where the policy enforces: for good if there is memory for a record by now. */
void blocking_close_without_verdict(const struct library *library, SSL *ssl);

/* What SSL_set_shutdown(3) may set on a connection in place of `wanted`: one that was closed stays so. */
int blocking_shutdown(const struct library *library, const SSL *ssl, int wanted);

/* Puts the program's verify mode back before the SSL is used again. */
void blocking_undo(const struct library *library, SSL *ssl, struct connection *connection);

#endif
