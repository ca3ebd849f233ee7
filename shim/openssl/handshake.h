/*
 * The two moments every client handshake passes, whatever drives it: the info callback and the verification of the
 * certificate. Server sides pass through untouched.
 */
#ifndef TLSWARD_HANDSHAKE_H
#define TLSWARD_HANDSHAKE_H

#include "openssl/library.h"

/* The cert-verify callback of every armed context; `library` is the context's struct library. */
int handshake_verify(X509_STORE_CTX *store_ctx, void *library);

/* The info callback of every armed context, behind a function of its own per library. */
void handshake_info(const struct library *library, const SSL *ssl, int where, int value);

/*
 * Where a library cannot let go of a session once the handshake has started, it must be taken away on entry:
 * `connecting` says that the call makes the SSL a client. Does nothing for a handshake that is on its way.
 */
void handshake_enter(const struct library *library, SSL *ssl, bool connecting);

/* Early data would leave before the peer is known: a session that was not verified for this peer is taken away first.
 */
void handshake_before_early_data(const struct library *library, SSL *ssl);

/*
 * While early data is written, a callback of the program's gives the SSL a session that was not verified for its peer,
 * be it with that of another: what leaves under it could not be called back. True: it must not be set.
 */
bool handshake_refuses_session(const struct library *library, SSL *ssl, SSL_SESSION *session);
bool handshake_refuses_session_of(const struct library *library, SSL *ssl, const SSL *from);

/* The call that was entered came back: what it left unbegun is looked at anew when it begins. */
void handshake_left(const struct library *library, SSL *ssl);

/* A session is about to be set on the SSL. False: it must not be taken. */
bool handshake_takes_session(const struct library *library, const SSL_SESSION *session);

/* The SSL was given a session in another way: taken away again where it must not be taken. */
void handshake_took_session(const struct library *library, SSL *ssl);

/* X509_verify_cert() was called, by libssl for a context that was never armed or by the program; `real` is behind it.
 */
int handshake_net(const struct library *library, X509_STORE_CTX *store_ctx, verification *real);

#endif
