/*
 * From a handshake to its facts, and from the facts to the verdict: the chain is verified again in the policy's way,
 * against the program's own trust anchors where they count and against the policy's.
 */
#ifndef TLSWARD_JUDGE_H
#define TLSWARD_JUDGE_H

#include "openssl/anchor_fill.h"
#include "openssl/connection.h"
#include "openssl/context.h"
#include "openssl/verify.h"

/* One certificate verification under way. */
struct judgement {
    const struct library *library;
    SSL *ssl;
    struct connection *connection;
    X509_STORE_CTX *store_ctx; /* the program's */
    struct verify_request request;
    struct anchor_fill program_anchors; /* those that count: what its store held before its code ran */
    struct verify_result by_program;    /* against them */
    struct verify_result by_policy;     /* against the policy's anchors; keeps a lent certificate alive */
    struct trust *trust;                /* those, or NULL where they were not asked for */
    EVP_PKEY *bare_anchor;              /* a key of a TLSA record at which the chain ends by_program; not ours */
    bool nothing_vouches;               /* for what the peer presented */
    STACK *lent_anchor;                 /* given to the program's verification under trust-mode extend */
};

/*
 * Before the program's own verification runs: verifies the chain in the policy's way, against the program's anchors and
 * the policy's, because the program's code may change its store. Under trust-mode extend, a chain that leads to the
 * policy's anchors but not to the program's gets our anchor into the program's store context, so that the program sees
 * success itself.
 */
void judge_before_program(const struct library *library, SSL *ssl, struct connection *connection,
                          const struct context *context, X509_STORE_CTX *store_ctx, struct judgement *judgement);

/* After it: `accepted` is what the program's verification returned. Completes the connection's facts, and decides. */
void judge_after_program(struct judgement *judgement, int accepted);

void judge_finish(struct judgement *judgement);

/* Whether a handshake that is over brought a certificate, which somebody has verified. */
bool judge_saw_certificate(const struct library *library, SSL *ssl);

/* A handshake that is over and brought none: resumed, with a pre-shared key, anonymous. */
void judge_without_certificate(const struct library *library, SSL *ssl, struct connection *connection);

/* A handshake that ended because the peer could have proved itself in this way only, which was not to be had. */
void judge_unfinished(struct connection *connection, enum authentication authentication);

/* A handshake that ended because the peer had no version that the policy admits. */
void judge_without_protocol(struct connection *connection);

#endif
