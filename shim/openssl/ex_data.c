#include "openssl/ex_data.h"

/*
 * Programs use more indices than they asked for: index 0 as app_data in 1.0.2 and old LibreSSL, and Qt 5 the two that
 * follow its own. So a few are taken and left alone before the one that is used.
 */
#define INDICES_LEFT_ALONE 4

static int take(const struct openssl_api *api, enum ex_data_class which, const struct ex_data_callbacks *callbacks)
{
    int (*const before_110[])(long, void *, ex_data_new, ex_data_dup, ex_data_free) = {
        [EX_DATA_OF_SSL] = api->SSL_get_ex_new_index,
        [EX_DATA_OF_SSL_CTX] = api->SSL_CTX_get_ex_new_index,
        [EX_DATA_OF_X509] = api->X509_get_ex_new_index,
        [EX_DATA_OF_X509_STORE] = NULL,
    };
    static const int since_110[] = {
        [EX_DATA_OF_SSL] = CRYPTO_EX_INDEX_SSL,
        [EX_DATA_OF_SSL_CTX] = CRYPTO_EX_INDEX_SSL_CTX,
        [EX_DATA_OF_X509] = CRYPTO_EX_INDEX_X509,
        [EX_DATA_OF_X509_STORE] = CRYPTO_EX_INDEX_X509_STORE,
    };
    if (before_110[which] != NULL)
        return before_110[which](0, callbacks->argument, callbacks->added, callbacks->copied, callbacks->freed);
    return api->CRYPTO_get_ex_new_index(since_110[which], 0, callbacks->argument, callbacks->added, callbacks->copied,
                                        callbacks->freed);
}

bool ex_data_is_offered(const struct openssl_api *api)
{
    return api->CRYPTO_get_ex_new_index != NULL ||
           (api->SSL_get_ex_new_index != NULL && api->SSL_CTX_get_ex_new_index != NULL &&
            api->X509_get_ex_new_index != NULL && api->X509_STORE_set_ex_data == NULL);
}

static int take_apart(const struct openssl_api *api, enum ex_data_class which,
                      const struct ex_data_callbacks *callbacks)
{
    static const struct ex_data_callbacks none;
    for (int i = 0; i < INDICES_LEFT_ALONE; i++)
        if (take(api, which, &none) < 0)
            return -1;
    return take(api, which, callbacks);
}

bool ex_data_take(const struct openssl_api *api, enum ex_data_class which, const struct ex_data_callbacks *callbacks,
                  atomic_int *index)
{
    int known = atomic_load(index);
    int taken = known == 0 ? take_apart(api, which, callbacks) : 0;
    if (taken > 0 && atomic_compare_exchange_strong(index, &known, taken))
        known = taken;
    return known > 0 || atomic_load(index) > 0;
}
