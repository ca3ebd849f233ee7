#include "openssl/foreign_lookups.h"

#include "openssl/store_record.h"

#include <string.h>

/* The first members of X509_LOOKUP in 1.0.2 (openssl/x509_vfy.h of 1.0.2u), whose stores can be looked into. */
struct lookup_of_102 {
    int init;
    int skip;
    const X509_LOOKUP_METHOD *method;
};

static void mark(const struct library *library, X509_STORE *store)
{
    struct store_record *record = store_record_set_up(library, store);
    if (record != NULL)
        atomic_store_explicit(&record->has_foreign_lookups, true, memory_order_relaxed);
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

bool foreign_lookups_has(const struct library *library, X509_STORE *store)
{
    const struct openssl_api *api = &library->api;
    if (api->X509_STORE_get_ex_data != NULL) {
        struct store_record *record = store_record_of(library, store);
        return record != NULL && atomic_load_explicit(&record->has_foreign_lookups, memory_order_relaxed);
    }
    const STACK *lookups = ((const struct store_of_102 *)(const void *)store)->lookups;
    for (int i = 0; i < api_stack_num(api, lookups); i++)
        if (!library_has_in_crypto(library, ((const struct lookup_of_102 *)api_stack_value(api, lookups, i))->method))
            return true;
    return false;
}
