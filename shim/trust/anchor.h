/*
 * A trust anchor as a search finds it: where it came from, its bytes, and what has been made of them already. Decoding
 * public keys is what makes trust expensive, so each library decodes what a chain asks for, once.
 */
#ifndef TLSWARD_ANCHOR_H
#define TLSWARD_ANCHOR_H

#include "trust/der.h"

struct bundle;

/* The first member of what a library made of an anchor. It is kept with the anchor, and shared by all threads. */
struct anchor_form {
    const void *maker; /* the library: another one in the process cannot use it */
    void (*free)(struct anchor_form *form);
    struct anchor_form *next;
};

struct anchor {
    const char *file;
    unsigned position; /* 1-based among the certificates of the file */
    const struct bundle *bundle;
    size_t offset; /* of the certificate in the file */
    _Atomic(struct anchor_form *) *forms;
};

struct anchor_bytes {
    struct der certificate;
    struct der settings; /* behind a TRUSTED CERTIFICATE: X509_CERT_AUX. They let it vouch for TLS servers */
    unsigned char *storage;
};

/* The bytes, until the caller frees bytes->storage. False for memory shortage. */
bool anchor_read(const struct anchor *anchor, struct anchor_bytes *bytes);

/* What this library made of it, or NULL. */
struct anchor_form *anchor_find_form(const struct anchor *anchor, const void *maker);

/* Keeps `mine`, unless another thread was faster: then it is freed. Returns what is kept. */
struct anchor_form *anchor_keep_form(const struct anchor *anchor, struct anchor_form *mine);

/* Frees all of them; nobody else may hold one. */
void anchor_free_forms(struct anchor_form *forms);

#endif
