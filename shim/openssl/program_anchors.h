/*
 * The program's trust anchors: what its store holds, and by which rules of its own it would judge a chain to them.
 * They are taken before the program's code runs in the handshake, which may add whatever the peer sent.
 */
#ifndef TLSWARD_PROGRAM_ANCHORS_H
#define TLSWARD_PROGRAM_ANCHORS_H

#include "openssl/anchor_fill.h"
#include "openssl/library.h"
#include "openssl/verify.h"

/* The rules: flags and depth of the program's verification, as far as they tighten. */
struct program_rules program_anchors_rules(const struct openssl_api *api, X509_STORE_CTX *store_ctx);

/* The flags by which the program compares names (X509_VERIFY_PARAM_set_hostflags(3)), as far as they tighten. */
unsigned program_anchors_host_flags(const struct openssl_api *api, X509_STORE_CTX *store_ctx);

/* True where the program replaced none of its store's functions: such a store holds no anchors that could be known. */
bool program_anchors_can_be_told(const struct openssl_api *api, X509_STORE_CTX *store_ctx);

/* Whether the store holds this very certificate: what it would have to look up it does not hold. */
bool program_anchors_hold(const struct library *library, X509_STORE_CTX *store_ctx, const X509 *certificate);

/*
 * Puts the anchors that the chain may need into fill->store, with the CRLs if the rules ask for them, less every
 * certificate that presented_has(). A store with foreign look-ups is not asked: what it holds already is all that
 * counts. False on an internal error; anchor_fill_clear() is due in either case.
 */
bool program_anchors_gather(const struct library *library, X509_STORE_CTX *store_ctx, const struct program_rules *rules,
                            const X509 *leaf, const STACK *untrusted, struct anchor_fill *fill);

#endif
