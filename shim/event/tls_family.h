/*
 * What a family of TLS libraries is asked about a handshake of its own, which it knows by `object`. Each function may
 * be NULL where the family cannot tell.
 */
#ifndef TLSWARD_TLS_FAMILY_H
#define TLSWARD_TLS_FAMILY_H

#include "event/alternative_names.h"
#include "event/name_list.h"
#include "peer/peer.h"
#include "policy/spki_pin.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for a digest that tells one certificate from another. */
#define FAMILY_DIGEST_MAX 64

/* What an event says of the peer's certificate; empty strings and 0 for what cannot be told. */
struct certificate_text {
    char subject[512]; /* RFC 2253 */
    char issuer[512];
    char issuer_common_name[256]; /* the last one, where there are several */
    char issuer_organization[256];
    char issuer_country[64];
    char not_before[32]; /* RFC 3339 */
    char not_after[32];
    char serial_number[96]; /* upper-case hex; of an impossible length it ends in "…" */
    char sha256[65];        /* the same */
    char signature_algorithm[64];
    char key_algorithm[64];
    char key_curve[64];
    unsigned key_bits;
    struct alternative_names names;
    bool end_known;
    long days_left; /* of its validity; negative: it has ended */

    /* Only where the expected name is not among its names: */
    struct name_list usable;
    bool common_name_fits;
};

/* Where the chain as it was built ends; empty strings and 0 for what cannot be told. */
struct chain_text {
    unsigned length;   /* in certificates, from the leaf on */
    char subject[512]; /* of the trust anchor, RFC 2253; empty where it leads to none */
    char file[1024];
    const char *source; /* whose anchor it is: "program", "policy"; NULL where there is none */

    /* Only where something is wrong with it: as in struct advice_matter. */
    unsigned fault_depth;
    char faulty_subject[512];
    char faulty_end[32];
    char last_subject[512];
    char last_issuer[512];
    char last_issuer_url[256];
};

/* What an event says of a handshake besides the record of it. The strings live as long as the library does. */
struct handshake_text {
    struct certificate_text certificate;
    struct chain_text chain;
    const char *version; /* of the protocol: "1.3" */
    bool is_datagram;    /* DTLS */
    bool is_over;        /* the peer's Finished was seen */
    const char *cipher;
    char group[64];          /* the key was agreed on in, as IANA calls it */
    bool group_is_curve;     /* ... and nothing but an elliptic curve */
    char next_protocol[256]; /* ALPN, RFC 7301: as the server chose it, a NUL as a byte that is no UTF-8 */
    const char *library;     /* its path */
    const char *error_text;  /* what it calls the verdict's X.509 error */
};

struct tls_family {
    /* Whether the session that is about to be resumed was verified for this name. */
    bool (*session_is_for)(const void *object, const struct peer_name *name);

    /*
     * A digest of the peer's certificate that costs little and need only tell whether two events are alike. Returns
     * its length, 0 where there is none.
     */
    size_t (*hash_certificate)(const void *object, unsigned char digest[static FAMILY_DIGEST_MAX]);

    /* The pin of the peer's key, where it was not needed for the verdict: left as it is where it cannot be told. */
    void (*tell_public_key)(const void *object, char pin[static SPKI_PIN_SIZE]);

    /* Costs time: only asked where the event goes out. `text` is all zero before; `x509_error` is the verdict's. */
    void (*describe)(const void *object, int x509_error, struct handshake_text *text);
};

#endif
