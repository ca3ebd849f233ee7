/*
 * What tlsward keeps with an SSL_CTX: the program's own callbacks, which ours stand in front of.
 */
#ifndef TLSWARD_CONTEXT_H
#define TLSWARD_CONTEXT_H

#include "openssl/library.h"

#include <stdatomic.h>

/* Where a program's pre-shared keys come from: in TLS 1.2 and 1.3, and in TLS 1.3 alone. */
struct psk_callbacks {
    psk_client_callback client;
    psk_use_session_callback session;
};

struct context {
    info_callback app_info;
    struct psk_callbacks app_psk;
    bool had_psk_client, had_psk_session; /* ... which connections that were made then still have */
    bool psk_session_is_unseen;           /* set, if at all, before the context was seen */
    cert_verify_callback app_verify;
    void *app_verify_argument;
    const void *call_site; /* who made the context, or switched its verification off */
    void *library_context; /* OSSL_LIB_CTX and property query of SSL_CTX_new_ex(3), or NULL */
    char *properties;
    _Atomic uint64_t store; /* the number of the store whose trust anchors `anchors` is the number of; 0: none yet */
    _Atomic uint64_t anchors;
};

/* Registers the ex_data index. False where that fails. */
bool context_attach(struct library *library);

/* NULL for a context that was never armed, as where there is no library, or none we can judge with. */
struct context *context_of(const struct library *library, const SSL_CTX *ctx);

/* The same for the context that an SSL has now, SSL_set_SSL_CTX(3). */
struct context *context_of_connection(const struct library *library, const SSL *ssl);

/* Puts our two callbacks in front of a context that was just made. Does nothing the second time. */
struct context *context_arm(const struct library *library, SSL_CTX *ctx, const void *caller);

/*
 * A number for the trust anchors of the connection's context, which no others have in this process, so that what
 * they vouched for is told from what those of another context did. 0 where `store` is not where the context has them,
 * and where the store has no number.
 */
uint64_t context_anchors(const struct library *library, const SSL *ssl, X509_STORE *store);

/*
 * For a context that was made where we could not see it, while the program sets it up: the info callback only. Once
 * the program's threads may share it nobody may write to it, and its connections are armed instead (connection_arm()).
 */
void context_arm_late(const struct library *library, SSL_CTX *ctx, const void *caller);

#endif
