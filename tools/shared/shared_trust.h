/*
 * The library's own reader of trust sources (shim/trust/trust.h), for the command: what `check` counts and `explain`
 * builds chains to is what a handshake finds. Its own header, because the library's view of OpenSSL and OpenSSL's
 * headers cannot be read together.
 */
#ifndef TLSWARD_SHARED_TRUST_H
#define TLSWARD_SHARED_TRUST_H

#include "policy/policy.h"

struct x509_st;
struct x509_store_st;
struct stack_st_X509;

/* Told of what is in the files that sources are made of, each by file and position (1-based, 0: the file). */
struct shared_trust_listener {
    /* A certificate that a search for its subject finds; more than once where it lies in several files. Borrowed. */
    void (*anchor)(void *arg, const char *file, unsigned position, struct x509_st *certificate);
    /* One that no search comes upon, as the file is not named after its subject. Borrowed. */
    void (*missed)(void *arg, const char *file, unsigned position, struct x509_st *certificate);
    void (*problem)(void *arg, const char *file, unsigned position, const char *why);
    void *arg;
};

/* False for an internal error. Files are told in the order of their names. */
bool shared_trust_list(const struct trust_source *sources, size_t count, const struct shared_trust_listener *listener);

/* True where no source holds a certificate, and for an internal error. */
bool shared_trust_is_empty(const struct trust_source *sources, size_t count);

/* Adds the anchors that the chain may need. False for an internal error. */
bool shared_trust_fill(const struct trust_source *sources, size_t count, struct x509_store_st *store,
                       struct x509_st *leaf, struct stack_st_X509 *untrusted);

#endif
