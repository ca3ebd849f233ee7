/*
 * What tlsward keeps with an X509_STORE, and dies with it. The store is never held for it: when the program lets go of
 * one, its look-ups and what else it hung there are freed at once, while their code is still there.
 */
#ifndef TLSWARD_STORE_RECORD_H
#define TLSWARD_STORE_RECORD_H

#include "openssl/library.h"

#include <stdatomic.h>

struct store_record {
    uint64_t number; /* never 0; no other store of this process has or had it */
    atomic_bool has_foreign_lookups;
};

/* X509_STORE of 1.0.2, which has no function for its ex_data (openssl/x509_vfy.h of 1.0.2u). */
struct store_of_102 {
    int cache;
    STACK *objects;
    STACK *lookups;
    X509_VERIFY_PARAM *param;
    void (*functions[11])(void); /* verify to cleanup */
    struct {
        STACK *values;
        int dummy;
    } ex_data;
};

/* Registers the ex_data index. False where that fails. */
bool store_record_attach(struct library *library);

/*
 * A store has its record from its making on, and one that is older than our index from the first of these calls on.
 * Where stores have no lock, only the second makes one: it must be called from where the program sets the store up.
 * NULL without one, as for memory shortage. errno and the error queue stay as they are.
 */
struct store_record *store_record_of(const struct library *library, X509_STORE *store);
struct store_record *store_record_set_up(const struct library *library, X509_STORE *store);

#endif
