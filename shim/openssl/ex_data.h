/*
 * An ex_data index of our own (CRYPTO_get_ex_new_index(3)), away from those of the program.
 */
#ifndef TLSWARD_EX_DATA_H
#define TLSWARD_EX_DATA_H

#include "openssl/openssl_api.h"

#include <stdatomic.h>
#include <stdbool.h>

enum ex_data_class { EX_DATA_OF_SSL, EX_DATA_OF_SSL_CTX, EX_DATA_OF_X509, EX_DATA_OF_X509_STORE };

/* The callbacks, any of which may be NULL, and the argument they are given. */
struct ex_data_callbacks {
    ex_data_new added;
    ex_data_dup copied;
    ex_data_free freed;
    void *argument;
};

/* False where indices of the classes above cannot even be asked for. */
bool ex_data_is_offered(const struct openssl_api *api);

/*
 * Takes an index, unless *index has one already. Of several threads that do so at once one gives *index its value, and
 * the indices of the others stay unused: the callbacks are called for these too, and must tell them by their number.
 * Nobody waits. False where libcrypto fails, which it does for want of memory: the next call tries again.
 */
bool ex_data_take(const struct openssl_api *api, enum ex_data_class which, const struct ex_data_callbacks *callbacks,
                  atomic_int *index);

#endif
