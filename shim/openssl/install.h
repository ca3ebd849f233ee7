/*
 * What the hooks on a program's set-up calls do: put tlsward's callbacks in place and remember the program's own.
 * Every function takes the library the call belongs to, which may be NULL or unknown: then nothing is done.
 */
#ifndef TLSWARD_INSTALL_H
#define TLSWARD_INSTALL_H

#include "openssl/library.h"

/* A context was made, with the library context and properties of SSL_CTX_new_ex(3) or NULL. */
void install_new_context(const struct library *library, SSL_CTX *ctx, void *library_context, const char *properties,
                         const void *caller);

/*
 * A connection is about to be used for a client, or was made for one by BIO_new_ssl_connect(3). `connecting` says that
 * the call makes it a client's.
 */
void install_used_connection(const struct library *library, SSL *ssl, bool connecting, const void *caller);
void install_connect_bio(const struct library *library, BIO *bio, const void *caller);

/*
 * X509_verify_cert(3) was called: by libssl, it is for TLS. This may be all that is ever seen of a library, and one
 * that is not known must not go unsaid. A libcrypto alone verifies for others.
 */
void install_verification(const struct library *library, const void *caller);

/* A context that was made where we could not see it, while the program sets it up: context_arm_late(). */
void install_late_context(const struct library *library, SSL_CTX *ctx, const void *caller);

/* The callbacks a program sets: true where ours stands in front and the program's was kept. */
bool install_context_info(const struct library *library, SSL_CTX *ctx, info_callback callback);
bool install_connection_info(const struct library *library, SSL *ssl, info_callback callback, const void *caller);
bool install_context_verify(const struct library *library, SSL_CTX *ctx, cert_verify_callback callback, void *argument,
                            const void *caller);

/* The callbacks as the program sees them. True where `*callback` was filled. */
bool install_read_context_info(const struct library *library, const SSL_CTX *ctx, info_callback *callback);
bool install_read_connection_info(const struct library *library, const SSL *ssl, info_callback *callback);

/* The program set a verify mode: remembered where it switches verification off. */
void install_context_mode(const struct library *library, const SSL_CTX *ctx, int mode, const void *caller);
void install_connection_mode(const struct library *library, SSL *ssl, int mode, const void *caller);

/* The program's verify mode, where ours is in its place just now; else `mode`. */
int install_program_mode(const struct library *library, const SSL *ssl, int mode);

/* Names the program set on a param, or on a connection, for libraries that cannot be asked for them later. */
void install_host(const struct library *library, const X509_VERIFY_PARAM *param, const char *name, size_t length,
                  bool add);
void install_address(const struct library *library, const X509_VERIFY_PARAM *param, const unsigned char *bytes,
                     size_t length);
void install_connection_host(const struct library *library, SSL *ssl, const char *name, bool add);

/* The program gives a connection a TLSA record: in the midst of a handshake, it may be made of what the peer sent. */
void install_dane_record(const struct library *library, SSL *ssl, const void *caller);

#endif
