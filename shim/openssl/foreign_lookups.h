/*
 * Stores that find certificates by code of the program's own, or over a network or with a PIN: an X509_LOOKUP_METHOD
 * that is not libcrypto's, an OSSL_STORE URI. Asking such a store runs that code.
 */
#ifndef TLSWARD_FOREIGN_LOOKUPS_H
#define TLSWARD_FOREIGN_LOOKUPS_H

#include "openssl/library.h"

/* X509_STORE_add_lookup(3) and X509_STORE_load_store(3) were called. The library may be NULL or unknown. */
void foreign_lookups_note_method(const struct library *library, X509_STORE *store, const X509_LOOKUP_METHOD *method,
                                 const void *caller);
void foreign_lookups_note_uri(const struct library *library, X509_STORE *store, const char *uri);

bool foreign_lookups_has(const struct library *library, X509_STORE *store);

#endif
