/*
 * The trust anchors that one chain may need, gathered by subject into a store of our own: nothing that a program
 * replaced in its store has a say there.
 */
#ifndef TLSWARD_ANCHOR_FILL_H
#define TLSWARD_ANCHOR_FILL_H

#include "openssl/openssl_api.h"

#include <stdbool.h>

struct anchor_fill {
    const struct openssl_api *api;
    X509_STORE *store; /* the caller's; it holds what is added */
    X509_NAME **names; /* looked for; borrowed from certificates of the chain and from anchors */
    size_t name_count;
    X509 **anchors; /* in the store already */
    size_t anchor_count;
    bool by_issuers;  /* the leaf itself is not looked for: it may be no anchor */
    size_t same_name; /* index of the first anchor that has the name now looked for */
};

/* Hands every anchor with this subject to anchor_fill_add(). False on an internal error. */
typedef bool (*anchor_source)(struct anchor_fill *fill, X509_NAME *subject, void *arg);

/*
 * Asks `source` for the leaf and the issuers on the way from it, as certificates of the chain and the anchors that are
 * found name them, and for no other certificate that the peer sent. `fill`
 * has its api and store, and zeros. False on an internal error; anchor_fill_clear() is due in either case.
 */
bool anchor_fill(struct anchor_fill *fill, const X509 *leaf, const STACK *untrusted, anchor_source source, void *arg);

/* Adds an anchor, whose reference stays the caller's, unless it is there already. False on an internal error. */
bool anchor_fill_add(struct anchor_fill *fill, X509 *anchor);

/* Whether the same certificate, byte by byte, was added. */
bool anchor_fill_has(const struct anchor_fill *fill, const X509 *certificate);

/* Whether two are the same certificate, byte by byte. */
bool anchor_is_same(const struct openssl_api *api, const X509 *left, const X509 *right);

/* Frees what it keeps beside the store. */
void anchor_fill_clear(struct anchor_fill *fill);

#endif
