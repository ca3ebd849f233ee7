/* Connections and contexts that were copied, exchanged, used again, made by OpenSSL, or made where nobody looked. */
#include "client.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

static enum result set_ssl_ctx(void)
{
    SSL *ssl = client_connection(client_verifying_context());
    SSL_set_SSL_CTX(ssl, client_context());
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    return client_talk(ssl);
}

static enum result dup_connection(void)
{
    SSL *original = SSL_new(client_context());
    SSL_set_connect_state(original);
    SSL *ssl = SSL_dup(original);
    if (ssl == NULL)
        return client_fails("SSL_dup");
    client_reach(ssl, peer.host, peer.port);
    return client_talk(ssl);
}

/* First a server that is what it should be, then the other one with the same object. */
static enum result clear_and_reuse(void)
{
    SSL *ssl = SSL_new(client_context());
    client_reach(ssl, peer.other_host, peer.other_port);
    if (client_say(ssl, "first") != TALKED)
        return MISUSED;
    SSL_clear(ssl);
    client_reach(ssl, peer.host, peer.port);
    return client_talk(ssl);
}

/* The other way round: what was refused must not spoil what follows. */
static enum result clear_after_refusal(void)
{
    SSL *ssl = client_connection(client_context());
    if (client_talk(ssl) == TALKED)
        return TALKED;
    int mode = SSL_get_verify_mode(ssl);
    ERR_clear_error();
    SSL_clear(ssl);
    client_reach(ssl, peer.other_host, peer.other_port);
    if (client_say(ssl, "second") != TALKED)
        return MISUSED;
    return mode == SSL_VERIFY_NONE && SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE ? REFUSED : MISUSED;
}

/* The server changes its certificate after the first data and negotiates anew, which happens while we read. */
static enum result renegotiate(SSL *ssl)
{
    const struct timeval patience = {.tv_usec = 300000};
    char buffer[64];
    int length;
    if (SSL_connect(ssl) != 1)
        return client_fails("handshake");
    SSL_write(ssl, "first", 5);
    setsockopt(SSL_get_fd(ssl), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    do { /* until it has begun and is over: how long that takes is the machine's affair */
        length = SSL_read(ssl, buffer, sizeof buffer);
        if (SSL_get_error(ssl, length) != SSL_ERROR_WANT_READ)
            return client_fails("renegotiation");
    } while (SSL_ctrl(ssl, SSL_CTRL_GET_NUM_RENEGOTIATIONS, 0, NULL) == 0 || SSL_renegotiate_pending(ssl));
    return client_exchange(ssl, peer.token);
}

static SSL *renegotiating_connection(void)
{
    SSL_CTX *ctx = client_context();
    client_speak_at_most(ctx, TLS1_2_VERSION);
    return client_connection(ctx);
}

static enum result renegotiation(void)
{
    return renegotiate(renegotiating_connection());
}

/* A store of the connection's own has verified the peer, which no later connection could be told. */
static enum result renegotiation_own_store(void)
{
    SSL *ssl = renegotiating_connection();
    X509_STORE *store = X509_STORE_new();
    X509_STORE_load_locations(store, peer.trust, NULL);
    SSL_ctrl(ssl, SSL_CTRL_SET_VERIFY_CERT_STORE, 0, store);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    return renegotiate(ssl);
}

static enum result context_unseen(void)
{
    return client_talk_to(client_unseen_context());
}

/* Nobody sees the handshake either, and only what libssl calls in libcrypto is left. */
static enum result context_and_connect_unseen(void)
{
    int (*connect_unseen)(SSL *);
    *(void **)&connect_unseen = client_unseen("SSL_connect");
    SSL *ssl = client_connection(client_unseen_context());
    return connect_unseen(ssl) == 1 ? client_exchange(ssl, peer.token) : client_fails("handshake");
}

static int accept_all(X509_STORE_CTX *ctx, void *argument)
{
    (void)argument;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static enum result context_unseen_callback(void)
{
    SSL_CTX *ctx = client_unseen_context();
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, accept_all, NULL);
    return client_talk_to(ctx);
}

/* A connect BIO has no descriptor and no SNI before its first use. */
static enum result bio_connect(void)
{
    char host[256];
    char port[16];
    SSL *ssl = NULL;
    BIO *bio = BIO_new_ssl_connect(client_context());
    snprintf(host, sizeof host, "%s", peer.host);
    snprintf(port, sizeof port, "%s", peer.port);
    BIO_set_conn_hostname(bio, host);
    BIO_set_conn_port(bio, port);
    BIO_get_ssl(bio, &ssl);
    return client_talk(ssl);
}

static enum result talk_by_bio(BIO *bio, const char *name, const char *text)
{
    char host[256];
    char port[16];
    SSL *ssl = NULL;
    snprintf(host, sizeof host, "%s", name);
    snprintf(port, sizeof port, "%s", peer.port);
    BIO_set_conn_hostname(bio, host);
    BIO_set_conn_port(bio, port);
    BIO_get_ssl(bio, &ssl);
    return client_say(ssl, text);
}

/* First by one name of the server, then with the same chain by another, without the session of the first. */
static enum result bio_connect_again(void)
{
    SSL *ssl = NULL;
    BIO *bio = BIO_new_ssl_connect(client_context());
    if (talk_by_bio(bio, peer.host, "first") != TALKED)
        return MISUSED;
    (void)BIO_reset(bio);
    BIO_get_ssl(bio, &ssl);
    SSL_set_session(ssl, NULL);
    return talk_by_bio(bio, peer.other_host, peer.token);
}

static enum result bio_new_ssl(void)
{
    SSL *ssl = NULL;
    BIO *bio = BIO_new_ssl(client_context(), 1);
    BIO_push(bio, BIO_new_socket(client_socket(peer.host, peer.port), BIO_CLOSE));
    BIO_get_ssl(bio, &ssl);
    char buffer[64];
    int written = 0;
    do
        written = BIO_write(bio, peer.token, (int)strlen(peer.token));
    while (written <= 0 && BIO_should_retry(bio)); /* after the handshake, in LibreSSL */
    if (written <= 0)
        return client_fails("write");
    return BIO_read(bio, buffer, sizeof buffer) > 0 ? TALKED : client_fails("read");
}

static BIO *wrap(BIO *bio, void *ctx, int connecting, int detail)
{
    (void)detail;
    return connecting ? BIO_push(BIO_new_ssl(ctx, 1), bio) : bio;
}

static enum result http_client(void)
{
    char url[512];
    if (OSSL_HTTP_get == NULL)
        return LACKING;
    snprintf(url, sizeof url, "https://%s:%s/%s", peer.host, peer.port, peer.token);
    BIO *answer = OSSL_HTTP_get(url, NULL, NULL, NULL, NULL, wrap, client_context(), 0, NULL, NULL, 0, 0, 5);
    return answer != NULL ? TALKED : client_fails("request");
}

static SSL *quic_connection(int fd)
{
    char name[256];
    SSL *ssl = SSL_new(SSL_CTX_new(OSSL_QUIC_client_method()));
    snprintf(name, sizeof name, "%s", peer.host);
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name);
    SSL_set_alpn_protos(ssl, (const unsigned char *)"\5tests", 6);
    SSL_set_fd(ssl, fd);
    return ssl;
}

/* A QUIC object hides the TLS connection inside; its descriptor is not connected. */
static enum result quic(void)
{
    if (OSSL_QUIC_client_method == NULL || OSSL_QUIC_server_method == NULL)
        return LACKING;
    SSL *ssl = quic_connection(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    const struct in_addr loopback = {htonl(INADDR_LOOPBACK)};
    BIO_ADDR *address = BIO_ADDR_new();
    BIO_ADDR_rawmake(address, AF_INET, &loopback, sizeof loopback, htons((uint16_t)atoi(peer.port)));
    SSL_set1_initial_peer_addr(ssl, address);
    BIO_ADDR_free(address);
    return client_talk(ssl);
}

/* Here it is. */
static enum result quic_connected(void)
{
    if (OSSL_QUIC_client_method == NULL || OSSL_QUIC_server_method == NULL)
        return LACKING;
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(peer.port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    connect(fd, (const struct sockaddr *)&address, sizeof address);
    return client_talk(quic_connection(fd));
}

const struct row object_rows[] = {
    {"set-ssl-ctx", set_ssl_ctx},
    {"dup", dup_connection},
    {"clear-and-reuse", clear_and_reuse},
    {"clear-after-refusal", clear_after_refusal},
    {"renegotiation", renegotiation},
    {"renegotiation-own-store", renegotiation_own_store},
    {"context-unseen", context_unseen},
    {"context-and-connect-unseen", context_and_connect_unseen},
    {"context-unseen-callback", context_unseen_callback},
    {"bio-connect", bio_connect},
    {"bio-connect-again", bio_connect_again},
    {"bio-new-ssl", bio_new_ssl},
    {"http-client", http_client},
    {"quic", quic},
    {"quic-connected", quic_connected},
    {NULL, NULL},
};
