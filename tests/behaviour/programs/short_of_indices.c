/*
 * short_of_indices LEAF FROM COUNT: the allocations of libcrypto's ex_data.c number FROM and following fail, COUNT of
 * them, the first being number 1. Then a client, whose contexts are made anew until there is one.
 */
#include "support.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

static long from, until, seen;

static bool fails(const char *file)
{
    const char *name = strstr(file, "ex_data.c");
    return name != NULL && ++seen >= from && seen < until;
}

static void *allocate(size_t size, const char *file, int line)
{
    (void)line;
    return fails(file) ? NULL : malloc(size);
}

static void *reallocate(void *memory, size_t size, const char *file, int line)
{
    (void)line;
    return fails(file) ? NULL : realloc(memory, size);
}

static void release(void *memory, const char *file, int line)
{
    (void)file, (void)line;
    free(memory);
}

/* The indices that the two libraries need of their own, which they ask for once. */
static void let_libraries_take_theirs(void)
{
    unsigned char byte;
    BIO *file = BIO_new_file(pki_file("ca"), "r");
    X509 *certificate = PEM_read_bio_X509(file, NULL, NULL, NULL);
    demand(certificate != NULL && X509_get0_pubkey(certificate) != NULL && RAND_bytes(&byte, 1) == 1 &&
           SSL_get_ex_data_X509_STORE_CTX_idx() >= 0);
    X509_free(certificate);
    BIO_free(file);
}

int main(int argc, char **argv)
{
    demand(argc == 4 && CRYPTO_set_mem_functions(allocate, reallocate, release) == 1);
    struct server *server = server_start_elsewhere(&(struct server_options){.leaf = argv[1]});
    let_libraries_take_theirs();
    seen = 0;
    from = strtol(argv[2], NULL, 10);
    until = from + strtol(argv[3], NULL, 10);
    SSL_CTX *ctx = NULL;
    for (int i = 0; i < 3 && ctx == NULL; i++)
        ctx = SSL_CTX_new(TLS_client_method());
    demand(ctx != NULL);
    say("queue", "%lx", ERR_peek_error());
    SSL *ssl = client_new(ctx, server, "good.test");
    client_run(ssl);
    client_free(ssl);
    SSL_CTX_free(ctx);
    say("reached", "%d", seen >= from);
    free(server);
    return 0;
}
