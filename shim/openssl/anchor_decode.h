/*
 * Trust anchors as one library's certificates. They are decoded when a chain asks for them, and shared from then on by
 * all contexts and threads of that library.
 */
#ifndef TLSWARD_ANCHOR_DECODE_H
#define TLSWARD_ANCHOR_DECODE_H

#include "openssl/decoder.h"
#include "trust/anchor.h"
#include "trust/trust.h"

#include <stdbool.h>

struct decoded_anchor {
    struct anchor_form form; /* its maker is the api */
    X509 *certificate;       /* NULL: this library cannot read it */
    bool shared;
};

/* Certificates that the same decoder has made already. */
struct decoded_certificates {
    X509 *const *items;
    size_t count;
};

/*
 * The same certificate may be in several files: what is byte by byte one of `present` is that one, and not decoded
 * again. Warns, once, of what the library cannot read. May leave entries on the error queue then: the caller sets a
 * mark. NULL for memory shortage; anchor_release() is due otherwise.
 */
struct decoded_anchor *anchor_decode(const struct anchor *anchor, const struct decoder *decoder,
                                     struct decoded_certificates present, trust_warning warn, void *arg);

void anchor_release(struct decoded_anchor *decoded);

#endif
