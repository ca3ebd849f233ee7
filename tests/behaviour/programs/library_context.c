/*
 * library_context LEAF: a client whose algorithms are in an OSSL_LIB_CTX(3) of its own, while the default one has none.
 */
#include "support.h"

#include <openssl/provider.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    demand(argc == 2);
    struct server *server = server_start_elsewhere(&(struct server_options){.leaf = argv[1]});
    OSSL_LIB_CTX *own = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *algorithms = OSSL_PROVIDER_load(own, "default");
    OSSL_PROVIDER *none = OSSL_PROVIDER_load(NULL, "null");
    demand(algorithms != NULL && none != NULL);
    SSL_CTX *context = SSL_CTX_new_ex(own, NULL, TLS_client_method());
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    client_free(ssl);
    SSL_CTX_free(context);
    OSSL_PROVIDER_unload(none);
    OSSL_PROVIDER_unload(algorithms);
    OSSL_LIB_CTX_free(own);
    free(server);
    return 0;
}
