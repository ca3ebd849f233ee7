/*
 * Public keys with their pins, and where each was found.
 */
#ifndef TLSWARD_PINNED_KEYS_H
#define TLSWARD_PINNED_KEYS_H

#include "policy/spki_pin.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct pinned_key {
    char pin[SPKI_PIN_SIZE];
    const char *kind; /* "certificate", "request", "public key", "private key" */
    char *subject;    /* RFC 2253; NULL for a key alone */
    bool issuer;      /* a certificate that others are sent with, and whose key a server never shows as its own */
};

/* What one server or one file has, in its order. */
struct pinned_place {
    const char *name; /* as it was written */
    char *address;    /* that answered; NULL for a file */
    struct pinned_key *keys;
    size_t count;
    bool failed; /* something of it could not be had; why was said */
};

/* The first certificate of a place is its own, those after it are those of issuers. */
void pinned_place_add_certificate(struct pinned_place *place, X509 *certificate);

/* `subject` becomes the place's, and may be NULL. */
void pinned_place_add_key(struct pinned_place *place, const char *kind, EVP_PKEY *key, char *subject);

void pinned_place_free(struct pinned_place *place);

#endif
