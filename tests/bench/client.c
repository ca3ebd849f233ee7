/*
 * The program whose instructions are counted: connects COUNT times to HOST:PORT and fetches a page.
 *     client HOST PORT COUNT verify|never shared|each [BUNDLE]
 * verify: loads BUNDLE and checks chain and host name itself; never: checks nothing.
 * shared: one context for all connections; each: a context per connection.
 */
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static SSL_CTX *new_context(const char *bundle)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (ctx == NULL)
        exit(2);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (bundle != NULL) {
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
        if (SSL_CTX_load_verify_locations(ctx, bundle, NULL) != 1)
            exit(2);
    }
    return ctx;
}

static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET}, *found;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        exit(2);
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(fd, found->ai_addr, found->ai_addrlen) != 0)
        exit(2);
    freeaddrinfo(found);
    return fd;
}

static void fetch(SSL_CTX *ctx, const char *host, const char *port, const char *bundle)
{
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    char answer[4096];
    SSL *ssl = SSL_new(ctx);
    int fd = connect_to(host, port);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, host);
    if (bundle != NULL)
        SSL_set1_host(ssl, host);
    if (SSL_connect(ssl) != 1 || SSL_write(ssl, request, sizeof request - 1) <= 0 ||
        SSL_read(ssl, answer, sizeof answer) <= 0)
        exit(1);
    SSL_free(ssl);
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    const char *bundle = strcmp(argv[4], "verify") == 0 && argc > 6 ? argv[6] : NULL;
    int each = strcmp(argv[5], "each") == 0;
    SSL_CTX *ctx = each ? NULL : new_context(bundle);
    for (int i = 0; i < atoi(argv[3]); i++) {
        if (each)
            ctx = new_context(bundle);
        fetch(ctx, argv[1], argv[2], bundle);
        if (each)
            SSL_CTX_free(ctx);
    }
    return 0;
}
