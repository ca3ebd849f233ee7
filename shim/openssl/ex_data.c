#include "openssl/ex_data.h"

/*
 * Programs use more indices than they asked for: index 0 as app_data in 1.0.2 and old LibreSSL, and Qt 5 the two that
 * follow its own. So a few are taken and left alone before the one that is used.
 */
#define INDICES_LEFT_ALONE 4

static __thread const void *last_made; /* of the class that is tried */

static int note_parent(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)value;
    (void)data;
    (void)index;
    (void)number;
    (void)argument;
    last_made = parent;
    return 1;
}

static bool is_class_of_stores(const struct openssl_api *api, int class)
{
    const void *outer = last_made;
    last_made = NULL;
    bool can_tell = api->CRYPTO_get_ex_new_index(class, 0, NULL, note_parent, NULL, NULL) >= 0;
    X509_STORE *store = can_tell ? api->X509_STORE_new() : NULL;
    bool is = store != NULL && last_made == store;
    api->X509_STORE_free(store);
    last_made = outer;
    return is;
}

/*
 * LibreSSL, whose stores have ex_data and no lock, has numbered its classes anew, so the one it has is asked for: the
 * callbacks of the other number are called for BIOs. -1 for want of memory.
 */
static int class_of_stores(const struct openssl_api *api)
{
    bool is_certain = api->X509_STORE_lock != NULL || api->X509_STORE_set_ex_data == NULL;
    if (is_certain || is_class_of_stores(api, CRYPTO_EX_INDEX_X509_STORE))
        return CRYPTO_EX_INDEX_X509_STORE;
    return is_class_of_stores(api, CRYPTO_EX_INDEX_X509_STORE_LIBRESSL) ? CRYPTO_EX_INDEX_X509_STORE_LIBRESSL : -1;
}

static int class_of(const struct openssl_api *api, enum ex_data_class which)
{
    static const int since_110[] = {
        [EX_DATA_OF_SSL] = CRYPTO_EX_INDEX_SSL,
        [EX_DATA_OF_SSL_CTX] = CRYPTO_EX_INDEX_SSL_CTX,
        [EX_DATA_OF_X509] = CRYPTO_EX_INDEX_X509,
    };
    return which == EX_DATA_OF_X509_STORE ? class_of_stores(api) : since_110[which];
}

/* `class` is its number from 1.1.0 on. */
static int take(const struct openssl_api *api, enum ex_data_class which, int class,
                const struct ex_data_callbacks *callbacks)
{
    int (*const before_110[])(long, void *, ex_data_new, ex_data_dup, ex_data_free) = {
        [EX_DATA_OF_SSL] = api->SSL_get_ex_new_index,
        [EX_DATA_OF_SSL_CTX] = api->SSL_CTX_get_ex_new_index,
        [EX_DATA_OF_X509] = api->X509_get_ex_new_index,
        [EX_DATA_OF_X509_STORE] = NULL,
    };
    if (before_110[which] != NULL)
        return before_110[which](0, callbacks->argument, callbacks->added, callbacks->copied, callbacks->freed);
    return api->CRYPTO_get_ex_new_index(class, 0, callbacks->argument, callbacks->added, callbacks->copied,
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
    int class = class_of(api, which);
    if (class < 0)
        return -1;
    for (int i = 0; i < INDICES_LEFT_ALONE; i++)
        if (take(api, which, class, &none) < 0)
            return -1;
    return take(api, which, class, callbacks);
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
