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

/*
 * Warns, once, of what the library cannot read. May leave entries on the error queue then: the caller sets a mark.
 * NULL for memory shortage; anchor_release() is due otherwise.
 */
struct decoded_anchor *anchor_decode(const struct anchor *anchor, const struct decoder *decoder, trust_warning warn,
                                     void *arg);

void anchor_release(struct decoded_anchor *decoded);

#endif
