/*
 * Where certificates and keys are decoded and hashed. A program with an OSSL_LIB_CTX(3) of its own may have no
 * algorithms in the default one.
 */
#ifndef TLSWARD_DECODER_H
#define TLSWARD_DECODER_H

#include "openssl/openssl_api.h"

struct decoder {
    const struct openssl_api *api;
    void *library_context; /* NULL: the default one */
    const char *properties;
};

#endif
