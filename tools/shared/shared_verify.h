/*
 * The library's own verification (shim/openssl/verify.c) and pins (shim/openssl/spki.c), for the command: what it
 * predicts is what the library does. Its own header, because the library's view of OpenSSL and OpenSSL's headers cannot
 * be read together.
 */
#ifndef TLSWARD_SHARED_VERIFY_H
#define TLSWARD_SHARED_VERIFY_H

#include "peer/peer.h"
#include "policy/policy.h"

struct evp_pkey_st;
struct x509_st;
struct x509_store_st;
struct stack_st_X509;

struct shared_verify_result {
    int chain_error;   /* 0, or the first X.509 error that is not about the name */
    bool expiry_alone; /* that is expiry, and nothing else is wrong with the chain */
    int depth;         /* where the first error occurred */
    bool name_checked; /* false where the chain could not even be built */
    int name_error;
    enum loose_match loose_match;
    struct stack_st_X509 *chain; /* as far as it could be built; the caller frees it with its certificates */
};

/* The pin of the certificate's key; an empty text for an internal error. */
void shared_public_key_pin(struct x509_st *certificate, char pin[static SPKI_PIN_SIZE]);

/* The same of a key that no certificate is about. */
void shared_raw_public_key_pin(struct evp_pkey_st *key, char pin[static SPKI_PIN_SIZE]);

/* The keys of the chain, for what the policy denies: see chain_pins_note(). `built` may be NULL. */
void shared_chain_pins(struct x509_st *leaf, struct stack_st_X509 *sent, struct stack_st_X509 *built,
                       const struct settings *settings, struct facts *facts);

/* The protocol that SSL_get_version(3) calls by this name. */
enum protocol shared_protocol(const char *version);

/* The flags of X509_check_host(3) for host names. */
unsigned shared_host_flags(void);

/* Whether the certificate has a dNSName, without which a common name could match; false for an internal error. */
bool shared_has_dns_name(struct x509_st *certificate);

/* The library takes the larger of the policy's security level and the connection's, which in Debian's clients is this.
 */
enum { SHARED_CONNECTION_LEVEL = 2 };

/* False for an internal error. */
bool shared_verify(struct x509_store_st *anchors, struct x509_st *leaf, struct stack_st_X509 *sent,
                   const struct settings *settings, const struct peer_name *expected,
                   struct shared_verify_result *result);

#endif
