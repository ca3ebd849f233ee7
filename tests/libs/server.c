/*
 * A server that takes one connection after the other and tells on standard output what arrived:
 * PORT CERTIFICATE KEY KIND [OTHER-CERTIFICATE OTHER-KEY OTHER-PORT]. It is never run under tlsward.
 */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char *kind;
static char **other_certificate;

static bool is_kind(const char *name)
{
    return strcmp(kind, name) == 0;
}

static bool takes_early_data(void)
{
    return is_kind("early-data") || is_kind("early-psk");
}

static unsigned known_key(SSL *ssl, const char *identity, unsigned char *key, unsigned size)
{
    (void)ssl;
    memset(key, 7, size < 16 ? size : 16);
    return strcmp(identity, "client") == 0 ? 16 : 0; /* others are tickets */
}

/* The same key for TLS 1.3, with which a client may send early data. */
static int known_session(SSL *ssl, const unsigned char *identity, size_t length, SSL_SESSION **session)
{
    static const unsigned char key[16] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    static const unsigned char aes_256_gcm_sha384[] = {0x13, 0x02};
    *session = NULL;
    if (length != 6 || memcmp(identity, "client", 6) != 0)
        return 1;
    *session = SSL_SESSION_new();
    SSL_SESSION_set1_master_key(*session, key, sizeof key);
    SSL_SESSION_set_cipher(*session, SSL_CIPHER_find(ssl, aes_256_gcm_sha384));
    SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION);
    SSL_SESSION_set_max_early_data(*session, 1024);
    SSL_SESSION_set1_hostname(*session, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
    return 1;
}

static int known_user(SSL *ssl, int *alert, void *argument)
{
    (void)alert;
    (void)argument;
    return SSL_set_srp_server_param_pw(ssl, "client", "password", "2048") == 1 ? SSL_ERROR_NONE : SSL_TLSEXT_ERR_FATAL;
}

static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                           unsigned in_length, void *argument)
{
    (void)ssl;
    (void)in_length;
    (void)argument;
    *length = in[0];
    *out = in + 1;
    return SSL_TLSEXT_ERR_OK;
}

/* The versions that the client offers (RFC 8446, section 4.2.1). */
static int tell_versions(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *versions = NULL;
    size_t length = 0;
    (void)alert;
    (void)argument;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions, &versions, &length) == 1)
        for (size_t i = 1; i + 1 < length; i += 2)
            printf("offers %02x%02x\n", versions[i], versions[i + 1]);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void choose_versions(SSL_CTX *ctx)
{
    if (is_kind("tls1.1")) {
        SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, 0, NULL);
        SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_1_VERSION, NULL);
        SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
    } else if (is_kind("versions")) {
        SSL_CTX_set_client_hello_cb(ctx, tell_versions, NULL);
    }
}

static void choose_authentication(SSL_CTX *ctx)
{
    static const unsigned char raw_public_key[] = {TLSEXT_cert_type_rpk};
    if (is_kind("anonymous")) {
        SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, NULL);
        SSL_CTX_set_cipher_list(ctx, "aNULL:@SECLEVEL=0");
    } else if (is_kind("psk")) {
        SSL_CTX_set_psk_server_callback(ctx, known_key);
        SSL_CTX_set_cipher_list(ctx, "PSK:@SECLEVEL=0");
    } else if (is_kind("early-psk")) {
        SSL_CTX_set_psk_find_session_callback(ctx, known_session);
    } else if (is_kind("srp") || is_kind("srp-certificate")) {
        SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, NULL);
        SSL_CTX_set_srp_username_callback(ctx, known_user);
        SSL_CTX_set_cipher_list(ctx, is_kind("srp") ? "aSRP:@SECLEVEL=0" : "SRP+aRSA:@SECLEVEL=0");
    } else if (is_kind("raw-public-key")) {
        SSL_CTX_set1_server_cert_type(ctx, raw_public_key, sizeof raw_public_key);
    }
}

static SSL_CTX *new_context(char **files)
{
    const SSL_METHOD *method = is_kind("quic")   ? OSSL_QUIC_server_method()
                               : is_kind("dtls") ? DTLS_server_method()
                                                 : TLS_server_method();
    SSL_CTX *ctx = SSL_CTX_new(method);
    if (ctx == NULL)
        return NULL;
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"tests", 5);
    SSL_CTX_set_alpn_select_cb(ctx, select_protocol, NULL);
    choose_authentication(ctx);
    choose_versions(ctx);
    if (is_kind("renegotiation"))
        SSL_CTX_set_options(ctx, SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    if (takes_early_data())
        SSL_CTX_set_max_early_data(ctx, 1024);
    if (is_kind("anonymous") || is_kind("psk") || is_kind("srp"))
        return ctx;
    return SSL_CTX_use_certificate_chain_file(ctx, files[0]) == 1 &&
                   SSL_CTX_use_PrivateKey_file(ctx, files[1], SSL_FILETYPE_PEM) == 1
               ? ctx
               : NULL;
}

static int bound_socket(const char *port, int type)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET, type, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return type == SOCK_DGRAM || listen(fd, 16) == 0 ? fd : -1;
}

static void tell_errors(void)
{
    unsigned long error = 0;
    char text[256];
    while ((error = ERR_get_error()) != 0) {
        ERR_error_string_n(error, text, sizeof text);
        printf("error %s\n", text);
    }
}

static bool read_early_data(SSL *ssl)
{
    char buffer[1024];
    size_t length = 0;
    int result = 0;
    while ((result = SSL_read_early_data(ssl, buffer, sizeof buffer, &length)) == SSL_READ_EARLY_DATA_SUCCESS)
        printf("early %.*s\n", (int)length, buffer);
    return result != SSL_READ_EARLY_DATA_ERROR;
}

/* After it the client would have to notice that somebody else answers. */
static void change_certificate(SSL *ssl)
{
    SSL_use_certificate_file(ssl, other_certificate[0], SSL_FILETYPE_PEM);
    SSL_use_PrivateKey_file(ssl, other_certificate[1], SSL_FILETYPE_PEM);
}

static void negotiate_anew(SSL *ssl)
{
    if (!is_kind("renegotiation-same"))
        change_certificate(ssl);
    SSL_renegotiate(ssl);
    SSL_do_handshake(ssl);
}

static const char *answer_to(const char *request)
{
    if (strncmp(request, "GET ", 4) == 0)
        return "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nanswer\n";
    return strncmp(request, "a LOGIN ", 8) == 0 ? "a OK" : "answer";
}

static void answer(SSL *ssl)
{
    char buffer[1024];
    int length = 0;
    bool changed = false;
    while ((length = SSL_read(ssl, buffer, sizeof buffer)) > 0) {
        printf("data %.*s\n", length, buffer);
        if (strncmp(kind, "renegotiation", 13) == 0 && !changed) {
            negotiate_anew(ssl);
            changed = true;
            continue;
        }
        const char *text = answer_to(buffer);
        SSL_write(ssl, text, (int)strlen(text));
        SSL_shutdown(ssl);
        if (!is_kind("quic"))                   /* whose socket is the next client's too */
            shutdown(SSL_get_fd(ssl), SHUT_WR); /* some clients wait for the end of the stream, not for close_notify */
    }
}

static void serve(SSL *ssl)
{
    bool accepted = takes_early_data() ? read_early_data(ssl) && SSL_accept(ssl) == 1 : SSL_do_handshake(ssl) == 1;
    if (accepted) {
        const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        bool resumed = SSL_session_reused != NULL && SSL_session_reused(ssl); /* a macro in old libraries, LibreSSL */
        if (is_kind("greeting"))
            SSL_write(ssl, "hello", 5);
        printf("accepted %s %s\n", resumed ? "resumed" : "full", name != NULL ? name : "-");
        answer(ssl);
    }
    tell_errors();
}

/* A connection to either of two listeners, of which the second may be none (-1). */
static int accept_any(const int listeners[2])
{
    struct pollfd both[] = {{.fd = listeners[0], .events = POLLIN}, {.fd = listeners[1], .events = POLLIN}};
    if (poll(both, 2, -1) < 0)
        return -1;
    return accept(listeners[both[0].revents != 0 ? 0 : 1], NULL, NULL);
}

static void serve_stream(SSL_CTX *ctx, const int listeners[2])
{
    int fd;
    while ((fd = accept_any(listeners)) >= 0) {
        const struct timeval patience = {.tv_sec = 300};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        SSL *ssl = SSL_new(ctx);
        SSL_set_fd(ssl, fd);
        SSL_ctrl(ssl, SSL_CTRL_MODE, SSL_MODE_AUTO_RETRY, NULL);
        if (!takes_early_data())
            SSL_set_accept_state(ssl);
        serve(ssl);
        SSL_free(ssl);
        close(fd);
        puts("closed");
    }
}

/* The socket is the first client's once it has sent something; the next one gets a new socket. */
static void serve_datagrams(SSL_CTX *ctx, int fd, const char *port)
{
    struct sockaddr_in client;
    socklen_t length = sizeof client;
    char byte;
    while (fd >= 0 && recvfrom(fd, &byte, 1, MSG_PEEK, (struct sockaddr *)&client, &length) >= 0) {
        connect(fd, (struct sockaddr *)&client, length);
        SSL *ssl = SSL_new(ctx);
        BIO *bio = BIO_new_dgram(fd, BIO_CLOSE);
        BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &client);
        SSL_set_bio(ssl, bio, bio);
        SSL_set_accept_state(ssl);
        serve(ssl);
        SSL_free(ssl);
        fd = bound_socket(port, SOCK_DGRAM);
        puts("closed");
    }
}

static void serve_quic(SSL_CTX *ctx, int fd)
{
    SSL *listener = SSL_new_listener(ctx, 0);
    SSL_set_fd(listener, fd);
    SSL_listen(listener);
    SSL *ssl = NULL;
    while ((ssl = SSL_accept_connection(listener, 0)) != NULL) {
        serve(ssl);
        SSL_free(ssl);
        puts("closed");
    }
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    kind = argv[4];
    other_certificate = argv + 5;
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    SSL_CTX *ctx = new_context(argv + 2);
    int fd = bound_socket(argv[1], is_kind("quic") || is_kind("dtls") ? SOCK_DGRAM : SOCK_STREAM);
    if (ctx == NULL || fd < 0) {
        tell_errors();
        perror("server");
        return 1;
    }
    puts("ready");
    if (is_kind("quic"))
        serve_quic(ctx, fd);
    else if (is_kind("dtls"))
        serve_datagrams(ctx, fd, argv[1]);
    else
        serve_stream(ctx, (const int[]){fd, argc > 7 ? bound_socket(argv[7], SOCK_STREAM) : -1});
    return 0;
}
