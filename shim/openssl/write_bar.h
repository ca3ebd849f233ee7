/*
 * In place of the BIO that a closed connection would write to, one that refuses: what closes a connection when its
 * handshake is done is not asked again by the write that drove the handshake.
 */
#ifndef TLSWARD_WRITE_BAR_H
#define TLSWARD_WRITE_BAR_H

#include "openssl/connection.h"

void write_bar_set(const struct library *library, SSL *ssl, struct connection *connection);

/* Where it is not in place any more. */
void write_bar_renew(const struct library *library, SSL *ssl, struct connection *connection);

/* Puts the program's BIO back before the SSL is used again, unless the program has set another meanwhile. */
void write_bar_lift(const struct library *library, SSL *ssl, struct connection *connection);

/*
 * The program names its BIOs. Of those that it has already it gives no reference (SSL_set_bio(3)), while libssl would
 * take one, as it has the bar: that makes way for the call. True where it did, and write_bar_set_again() is due.
 */
bool write_bar_set_aside(const struct library *library, SSL *ssl, const BIO *writing);
void write_bar_set_again(const struct library *library, SSL *ssl);

/* The SSL is freed. */
void write_bar_forget(const struct library *library, struct connection *connection);

#endif
