/*
 * threads shared|own: eight threads make twenty handshakes each, in turn with a good server and with a bad one, on
 * one context or each on its own.
 */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { THREADS = 8, HANDSHAKES = 20 };

static SSL_CTX *shared;
static struct server *good, *bad;
static atomic_int passed, blocked;

static bool connects(SSL_CTX *ctx, struct server *server)
{
    char reply[4];
    SSL *ssl = client_new(ctx, server, "good.test");
    bool done = SSL_connect(ssl) == 1 && SSL_write(ssl, "ping", 4) == 4 && SSL_read(ssl, reply, sizeof reply) == 4;
    ERR_clear_error();
    client_free(ssl);
    return done;
}

static void *work(void *argument)
{
    (void)argument;
    for (int i = 0; i < HANDSHAKES; i++) {
        SSL_CTX *ctx = shared != NULL ? shared : SSL_CTX_new(TLS_client_method());
        if (i % 2 == 0)
            passed += connects(ctx, good);
        else
            blocked += !connects(ctx, bad);
        if (ctx != shared)
            SSL_CTX_free(ctx);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    demand(argc == 2);
    good = server_start(&(struct server_options){.leaf = "good", .threads = 4});
    bad = server_start(&(struct server_options){.leaf = "wrong-host", .threads = 4});
    if (strcmp(argv[1], "shared") == 0)
        shared = SSL_CTX_new(TLS_client_method());
    for (int i = 0; i < THREADS; i++)
        demand(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    server_stop(good);
    struct server_report report = server_stop(bad);
    say("passed", "%d", atomic_load(&passed));
    say("blocked", "%d", atomic_load(&blocked));
    say("received", "%zu", report.received);
    SSL_CTX_free(shared);
    return 0;
}
