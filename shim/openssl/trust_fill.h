/*
 * The policy's trust anchors in a store of this library.
 */
#ifndef TLSWARD_TRUST_FILL_H
#define TLSWARD_TRUST_FILL_H

#include "openssl/decoder.h"
#include "trust/trust.h"

/*
 * Adds to `store` every anchor a chain from `leaf` through `untrusted` may need: subjects equal (X509_NAME_cmp)
 * to an issuer or a subject on the way, and the issuers of those anchors. Returns 1, or 0 on an internal error.
 * May leave entries on the error queue, where a file holds what libcrypto cannot read: the caller sets a mark.
 */
int trust_fill(struct trust *trust, const struct decoder *decoder, X509_STORE *store, X509 *leaf, STACK *untrusted,
               trust_warning warn, void *arg);

/*
 * Copies the path of the first file that has this certificate as an anchor, as much of it as there is room for. False
 * where there is none, or for an internal error. The caller sets a mark, as above.
 */
bool trust_find_file(struct trust *trust, const struct decoder *decoder, X509 *anchor, trust_warning warn, void *arg,
                     char *file, size_t size);

#endif
