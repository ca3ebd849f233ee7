/*
 * An ex_data index of our own (CRYPTO_get_ex_new_index(3)), away from those of the program.
 */
#ifndef TLSWARD_EX_DATA_H
#define TLSWARD_EX_DATA_H

#include "openssl_api.h"

enum ex_data_class { EX_DATA_OF_SSL, EX_DATA_OF_SSL_CTX, EX_DATA_OF_X509, EX_DATA_OF_X509_STORE };

/* The callbacks, any of which may be NULL, and the argument they are given. */
struct ex_data_callbacks {
    ex_data_new added;
    ex_data_dup copied;
    ex_data_free freed;
    void *argument;
};

/* Negative where libcrypto fails. */
int ex_data_index(const struct openssl_api *api, enum ex_data_class which, const struct ex_data_callbacks *callbacks);

#endif
