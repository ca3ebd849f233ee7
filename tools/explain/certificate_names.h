/*
 * The names a certificate carries, each with why it is not the expected one.
 */
#ifndef TLSWARD_CERTIFICATE_NAMES_H
#define TLSWARD_CERTIFICATE_NAMES_H

#include "peer/peer.h"

#include <openssl/x509.h>

struct certificate_name {
    const char *type; /* "DNS", "IP", "email", "URI", "other" or, where there is no SAN, "CN" */
    char *value;
    bool server_name; /* a DNS name or an address: a client can connect to it */
    const char *why;  /* it does not match; NULL where it does */
};

struct certificate_names {
    struct certificate_name *items;
    size_t count;
    bool has_san; /* a subject alternative name extension exists */
};

struct certificate_names certificate_names_list(X509 *leaf, const struct peer_name *expected, bool allow_cn);

void certificate_names_free(struct certificate_names *names);

#endif
