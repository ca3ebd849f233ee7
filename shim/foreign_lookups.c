#include "foreign_lookups.h"

#include "ex_data.h"

#include <errno.h>
#include <string.h>

/* The first members of X509_STORE and X509_LOOKUP in 1.0.2 (openssl/x509_vfy.h of 1.0.2u), which marks no stores. */
struct store_of_102 {
    int cache;
    STACK *objects;
    STACK *lookups;
};

struct lookup_of_102 {
    int init;
    int skip;
    const X509_LOOKUP_METHOD *method;
};

bool foreign_lookups_attach(struct library *library)
{
    static const struct ex_data_callbacks none;
    if (library->api.X509_STORE_set_ex_data == NULL)
        return true;
    return ex_data_take(&library->api, EX_DATA_OF_X509_STORE, &none, &library->lookup_index);
}

static void mark(const struct library *library, X509_STORE *store)
{
    static const char foreign[] = "foreign";
    int saved = errno;
    if (library->api.X509_STORE_set_ex_data != NULL) {
        library->api.ERR_set_mark();
        library->api.X509_STORE_set_ex_data(store, library->lookup_index, (void *)foreign);
        library->api.ERR_pop_to_mark();
    }
    errno = saved;
}

/* The default paths of a store include a look-up by URI, for the directory of certificates. */
void foreign_lookups_note_method(const struct library *library, X509_STORE *store, const X509_LOOKUP_METHOD *method,
                                 const void *caller)
{
    if (library == NULL || !library->known || store == NULL || method == NULL || library_called_itself(library, caller))
        return;
    bool by_uri = library->api.X509_LOOKUP_store != NULL && method == library->api.X509_LOOKUP_store();
    if (by_uri || !library_has_in_crypto(library, method))
        mark(library, store);
}

void foreign_lookups_note_uri(const struct library *library, X509_STORE *store, const char *uri)
{
    if (library != NULL && library->known && store != NULL && uri != NULL && strchr(uri, ':') != NULL &&
        strncmp(uri, "file:", 5) != 0)
        mark(library, store);
}

bool foreign_lookups_has(const struct library *library, const X509_STORE *store)
{
    const struct openssl_api *api = &library->api;
    if (api->X509_STORE_get_ex_data != NULL)
        return api->X509_STORE_get_ex_data(store, library->lookup_index) != NULL;
    const STACK *lookups = ((const struct store_of_102 *)(const void *)store)->lookups;
    for (int i = 0; i < api_stack_num(api, lookups); i++)
        if (!library_has_in_crypto(library, ((const struct lookup_of_102 *)api_stack_value(api, lookups, i))->method))
            return true;
    return false;
}
