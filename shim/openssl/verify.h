/*
 * The policy's verification of one chain, in a fresh X509_STORE_CTX: time, callbacks and purpose are the policy's,
 * never the program's, and so are flags and CRLs but for those that judge the program's own anchors. The validation
 * itself is libcrypto's. The store must be one of our own: whatever a program set on its store would come with it.
 */
#ifndef TLSWARD_VERIFY_H
#define TLSWARD_VERIFY_H

#include "openssl/openssl_api.h"
#include "peer/peer.h"
#include "policy/policy.h"

/* X509_VERIFY_PARAM_set_hostflags(3) */
enum { VERIFY_HOST_FLAGS = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS };

/* By what a program judges a chain to its own anchors. */
struct program_rules {
    unsigned long flags; /* X509_VERIFY_PARAM_set_flags(3) */
    int depth;           /* negative: the default */
    int security_level;
};

struct verify_request {
    X509 *leaf;
    STACK *untrusted;
    X509_STORE *anchors;
    const struct peer_name *names; /* any host name of these is enough; an address must match too */
    size_t name_count;             /* 0: no name is compared */
    bool each_name;                /* every one of them must match */
    bool allow_cn;
    unsigned loose_flags; /* of X509_VERIFY_PARAM_set_hostflags(3): for the comparison by OpenSSL's default rules */
    bool strict;
    int security_level;
    void *library_context; /* OSSL_LIB_CTX and property query, or NULL */
    const char *properties;
    const struct program_rules *program; /* NULL: by the policy's, to which each anchor is good for itself */
    bool keep_chain;
    bool asks_about_expiry; /* whether it is all that is wrong: costs a second verification, where there is expiry */
    bool ignores_dates;     /* of certificates and CRLs; whoever sets it looks at them himself */
};

struct verify_result {
    int error;         /* the first X.509 error, 0 where all is well */
    int depth;         /* where it occurred, or the chain_error */
    int chain_error;   /* the first error that is not about the name, or another behind expiry */
    bool expiry_alone; /* the chain_error is that of expiry, and nothing else is wrong with the chain; only where asked
                        */
    int name_error;    /* the mismatch, 0 where the name matched or was not compared */
    enum loose_match loose_match; /* of a host name; where there is a mismatch */
    bool name_checked;
    STACK *chain; /* as far as it could be built, leaf first; only where request->keep_chain */
};

/*
 * Verifies. False where libcrypto failed for want of memory or the like: the result then says nothing.
 * Where the chain cannot be built, the name was not compared. A host name that libcrypto takes for none is one that no
 * certificate matches.
 */
bool verify_chain(const struct openssl_api *api, const struct verify_request *request, struct verify_result *result);

/* Whether the leaf has a dNSName in its subjectAltName: if not, a host name that matched was a common name. */
bool verify_has_dns_name(const struct openssl_api *api, const X509 *leaf);

/* Frees result->chain. */
void verify_result_clear(const struct openssl_api *api, struct verify_result *result);

#endif
