/*
 * What programs would say of a chain that bring trust anchors of their own.
 */
#ifndef TLSWARD_OTHER_STORES_H
#define TLSWARD_OTHER_STORES_H

#include "explain/explain_verify.h"

struct other_store {
    const char *whose; /* "curl" */
    char *file;
    int chain_error;     /* X509_V_OK or what X509_STORE_CTX_get_error(3) says, with these anchors and no others */
    const char *problem; /* why the file is of no use, or NULL */
};

struct other_stores {
    struct other_store *items;
    size_t count;
};

/*
 * Of the stores that are where distributions and pip put them, of Java's of JAVA_HOME, of `java` in PATH and below
 * /usr/lib/jvm, and of what Node.js has compiled in; `settings` says the rest of how to verify, which is libcrypto's
 * way and not that of these programs.
 */
void other_stores_ask(struct other_stores *stores, STACK_OF(X509) * sent, const struct settings *settings);

void other_stores_free(struct other_stores *stores);

#endif
