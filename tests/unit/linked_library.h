/* The libssl and libcrypto a test is linked with, looked up by name as the shim does. */
#ifndef TLSWARD_TESTS_LINKED_LIBRARY_H
#define TLSWARD_TESTS_LINKED_LIBRARY_H

#include "openssl/openssl_api.h"

#include <dlfcn.h>

extern const SSL_METHOD *TLS_client_method(void);

static inline void *linked_symbol(const char *name)
{
    /* A linker that drops libraries nobody refers to would drop libssl. */
    return TLS_client_method() ? dlsym(RTLD_DEFAULT, name) : NULL;
}

#endif
