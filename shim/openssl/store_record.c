#include "openssl/store_record.h"

#include "openssl/ex_data.h"

#include <errno.h>
#include <stdlib.h>

static CRYPTO_EX_DATA *ex_data_of_102(const X509_STORE *store)
{
    return (CRYPTO_EX_DATA *)(void *)&((struct store_of_102 *)(void *)store)->ex_data;
}

/* Each store has a lock of its own from 1.1.0 on, except in LibreSSL. */
static void lock(const struct openssl_api *api, X509_STORE *store)
{
    if (api->X509_STORE_lock != NULL)
        api->X509_STORE_lock(store);
}

static void unlock(const struct openssl_api *api, X509_STORE *store)
{
    if (api->X509_STORE_unlock != NULL)
        api->X509_STORE_unlock(store);
}

static struct store_record *record_in(const struct library *library, const X509_STORE *store)
{
    const struct openssl_api *api = &library->api;
    if (api->X509_STORE_get_ex_data != NULL)
        return api->X509_STORE_get_ex_data(store, library->store_index);
    return api->CRYPTO_get_ex_data(ex_data_of_102(store), library->store_index);
}

static bool put(const struct library *library, X509_STORE *store, struct store_record *record)
{
    const struct openssl_api *api = &library->api;
    if (api->X509_STORE_set_ex_data != NULL)
        return api->X509_STORE_set_ex_data(store, library->store_index, record) == 1;
    return api->CRYPTO_set_ex_data(ex_data_of_102(store), library->store_index, record) == 1;
}

static struct store_record *make(const struct library *library, X509_STORE *store)
{
    static _Atomic uint64_t last;
    int saved = errno;
    struct store_record *record = calloc(1, sizeof *record);
    library->api.ERR_set_mark();
    if (record != NULL) {
        record->number = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
        if (!put(library, store, record)) {
            free(record);
            record = NULL;
        }
    }
    library->api.ERR_pop_to_mark();
    errno = saved;
    return record;
}

/* Before the store can be shared, so that no thread finds the table of its ex_data growing. */
static int store_new(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)value;
    (void)data;
    (void)number;
    const struct library *library = argument;
    if (index == library->store_index) /* not one that was lost: see ex_data_take() */
        make(library, parent);
    return 1;
}

static void store_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)parent;
    (void)data;
    (void)number;
    const struct library *library = argument;
    if (index == library->store_index)
        free(value);
}

bool store_record_attach(struct library *library)
{
    const struct openssl_api *api = &library->api;
    const struct ex_data_callbacks callbacks = {.added = store_new, .freed = store_free, .argument = library};
    bool has_functions = api->X509_STORE_get_ex_data != NULL && api->X509_STORE_set_ex_data != NULL;
    if (!has_functions && (api->CRYPTO_get_ex_data == NULL || api->CRYPTO_set_ex_data == NULL))
        return false;
    return ex_data_take(api, EX_DATA_OF_X509_STORE, &callbacks, &library->store_index);
}

struct store_record *store_record_of(const struct library *library, X509_STORE *store)
{
    lock(&library->api, store);
    struct store_record *record = record_in(library, store);
    if (record == NULL && library->api.X509_STORE_lock != NULL)
        record = make(library, store);
    unlock(&library->api, store);
    return record;
}

struct store_record *store_record_set_up(const struct library *library, X509_STORE *store)
{
    struct store_record *record = store_record_of(library, store);
    return record != NULL ? record : make(library, store);
}
