/*
 * The chain and the name of a server certificate, verified by libcrypto in the policy's way.
 */
#ifndef TLSWARD_EXPLAIN_VERIFY_H
#define TLSWARD_EXPLAIN_VERIFY_H

#include "peer/peer.h"
#include "policy/policy.h"

#include <openssl/x509_vfy.h>

struct chain_result {
    STACK_OF(X509) * built;       /* leaf first, as far as it could be built; may be NULL */
    int chain_error;              /* X509_V_OK or what X509_STORE_CTX_get_error(3) says */
    bool expiry_alone;            /* that error is expiry, and nothing else is wrong with the chain */
    int chain_depth;              /* which certificate of `built` the error is about */
    int name_error;               /* X509_V_OK or a mismatch; X509_V_OK for a peer name of kind PEER_NONE */
    enum loose_match loose_match; /* where the chain could be built */
};

/* False for an internal error. The caller frees `built` with its certificates. */
bool explain_verify(STACK_OF(X509) * sent, const struct settings *settings, const struct peer_name *expected,
                    struct chain_result *result);

/* The same with these anchors and no others; no name is looked at. False for an internal error. */
bool explain_verify_with(X509_STORE *anchors, STACK_OF(X509) * sent, const struct settings *settings,
                         struct chain_result *result);

/* Whether a certificate carries the peer name, as libcrypto matches it under these settings. */
bool explain_name_matches(X509 *certificate, const struct peer_name *expected, bool allow_cn);

#endif
