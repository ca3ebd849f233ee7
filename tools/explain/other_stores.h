/*
 * What programs would say of a chain that bring trust anchors of their own.
 */
#ifndef TLSWARD_OTHER_STORES_H
#define TLSWARD_OTHER_STORES_H

#include "explain/explain_verify.h"

#define OTHER_STORES_MAX 8

struct other_store {
    const char *whose; /* "curl" */
    char *file;
    int chain_error; /* X509_V_OK or what X509_STORE_CTX_get_error(3) says, with these anchors and no others */
};

struct other_stores {
    struct other_store items[OTHER_STORES_MAX];
    size_t count;
};

/* Of the stores that are where distributions and pip put them; `settings` says the rest of how to verify. */
void other_stores_ask(struct other_stores *stores, STACK_OF(X509) * sent, const struct settings *settings);

void other_stores_free(struct other_stores *stores);

#endif
