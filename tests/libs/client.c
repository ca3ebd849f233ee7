/*
 * A careless client of any libssl: ROW HOST PORT OTHER-HOST OTHER-PORT TOKEN TRUST SESSION, or no argument for the
 * names of the rows.
 */
#include "client.h"

#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct peer peer;

static const struct row *const tables[] = {verification_rows, authentication_rows, session_rows, conf_rows,
                                           object_rows,       dane_rows,           names_rows};
enum { TABLES = sizeof tables / sizeof tables[0] };

SSL_CTX *client_context(void)
{
    return SSL_CTX_new(TLS_client_method());
}

SSL_CTX *client_verifying_context(void)
{
    SSL_CTX *ctx = client_context();
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_load_verify_locations(ctx, peer.trust, NULL);
    return ctx;
}

SSL_CTX *client_raw_public_key_context(void)
{
    static const unsigned char types[] = {TLSEXT_cert_type_rpk};
    if (SSL_CTX_set1_server_cert_type == NULL)
        return NULL;
    SSL_CTX *ctx = client_context();
    SSL_CTX_set1_server_cert_type(ctx, types, sizeof types);
    return ctx;
}

void client_speak_at_most(SSL_CTX *ctx, int version)
{
    SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MAX_PROTO_VERSION, version, NULL);
}

int client_socket(const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    const struct timeval patience = {.tv_sec = 300};
    struct addrinfo *address = NULL;
    if (getaddrinfo(host, port, &hints, &address) != 0)
        return -1;
    int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
        perror("connect");
    freeaddrinfo(address);
    return fd;
}

void client_reach(SSL *ssl, const char *host, const char *port)
{
    char name[256];
    snprintf(name, sizeof name, "%s", host);
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name);
    SSL_set_fd(ssl, client_socket(host, port));
}

SSL *client_connection(SSL_CTX *ctx)
{
    SSL *ssl = SSL_new(ctx);
    client_reach(ssl, peer.host, peer.port);
    return ssl;
}

enum result client_fails(const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    printf("%s: %s\n", what, reason != NULL ? reason : "no reason given");
    return REFUSED;
}

bool client_resumes_tls13(void)
{
    return SSL_CTX_set_options != NULL && SSL_write_early_data != NULL;
}

enum result client_exchange(SSL *ssl, const char *text)
{
    char buffer[256];
    if (SSL_write(ssl, text, (int)strlen(text)) <= 0)
        return client_fails("write");
    int length = SSL_read(ssl, buffer, sizeof buffer);
    if (length <= 0)
        return client_fails("read");
    printf("%.*s\n", length, buffer);
    SSL_read(ssl, buffer, sizeof buffer);
    SSL_shutdown(ssl);
    close(SSL_get_fd(ssl));
    return TALKED;
}

enum result client_say(SSL *ssl, const char *text)
{
    return SSL_connect(ssl) == 1 ? client_exchange(ssl, text) : client_fails("handshake");
}

enum result client_talk(SSL *ssl)
{
    return client_say(ssl, peer.token);
}

enum result client_talk_to(SSL_CTX *ctx)
{
    SSL *ssl = client_connection(ctx);
    enum result result = client_talk(ssl);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    return result;
}

static row_function *find(const char *name)
{
    for (size_t i = 0; i < TABLES; i++)
        for (const struct row *row = tables[i]; row->name != NULL; row++)
            if (strcmp(row->name, name) == 0)
                return row->run;
    return NULL;
}

static int list(void)
{
    for (size_t i = 0; i < TABLES; i++)
        for (const struct row *row = tables[i]; row->name != NULL; row++)
            puts(row->name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return list();
    row_function *run = find(argv[1]);
    if (argc != 9 || run == NULL)
        return MISUSED;
    peer = (struct peer){argv[2], argv[3], argv[4], argv[5], argv[6], argv[7], argv[8]};
    signal(SIGPIPE, SIG_IGN);
    return run();
}
