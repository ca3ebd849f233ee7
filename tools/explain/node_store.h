/*
 * The trust anchors that Node.js has compiled in, as it says itself.
 */
#ifndef TLSWARD_NODE_STORE_H
#define TLSWARD_NODE_STORE_H

#include <openssl/x509.h>
#include <stdbool.h>

/* Where a program of this name is in PATH: its file, links as they are. NULL where there is none. The caller frees it.
 */
char *node_store_program(void);

struct node_store {
    STACK_OF(X509) * usual;          /* what it trusts by default, NODE_OPTIONS and NODE_EXTRA_CA_CERTS included */
    STACK_OF(X509) * with_system_ca; /* what --use-system-ca adds to that */
};

/*
 * Runs that program and asks it. Both are NULL where it trusts those of OpenSSL's own places or says nothing within 10
 * seconds, and the second where it does not have the option, which came with 22.15.
 */
struct node_store node_store_ask(const char *program);

void node_store_free(struct node_store *store);

#endif
