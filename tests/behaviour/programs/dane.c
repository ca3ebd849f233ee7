/*
 * dane SCENARIO LEAF [SENT]: which TLSA records (RFC 6698) of the program's count. The server sends the certificate
 * SENT with its leaf. The last handshake is told.
 */
#include "support.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum usage { DANE_TA = 2, DANE_EE = 3 };
enum selector { CERTIFICATE = 0, PUBLIC_KEY = 1 };
enum { NO_DIGEST = 0 };

static SSL_CTX *context;
static struct server *server;
static const char *leaf, *sent;
static X509 *seen_leaf, *seen_issuer;
static bool adds_record;

static X509 *read_certificate(const char *name)
{
    BIO *file = BIO_new_file(pki_file(name), "r");
    X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    demand(certificate != NULL);
    BIO_free(file);
    return certificate;
}

static void send_more(SSL_CTX *ctx)
{
    if (sent != NULL)
        demand(SSL_CTX_add0_chain_cert(ctx, read_certificate(sent)) == 1);
}

static void add_record(SSL *ssl, enum usage usage, enum selector selector, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = selector == CERTIFICATE ? i2d_X509(certificate, &der)
                                         : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    demand(length > 0);
    demand(SSL_dane_tlsa_add(ssl, (uint8_t)usage, (uint8_t)selector, NO_DIGEST, der, (size_t)length) == 1);
    OPENSSL_free(der);
}

/* Accepts, and keeps what the peer sent. */
static int look(X509_STORE_CTX *ctx, void *argument)
{
    STACK_OF(X509) *untrusted = X509_STORE_CTX_get0_untrusted(ctx);
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    (void)argument;
    X509_free(seen_leaf);
    X509_free(seen_issuer);
    seen_leaf = X509_dup(X509_STORE_CTX_get0_cert(ctx));
    seen_issuer = X509_dup(sk_X509_value(untrusted, sk_X509_num(untrusted) - 1));
    if (adds_record)
        add_record(ssl, DANE_EE, CERTIFICATE, seen_leaf);
    adds_record = false;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static SSL *new_client(bool looks)
{
    SSL_CTX_set_cert_verify_callback(context, looks ? look : NULL, NULL);
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    demand(SSL_dane_enable(ssl, "good.test") == 1);
    return ssl;
}

static void run(SSL *ssl)
{
    client_run(ssl);
    client_free(ssl);
}

static void with_record_of(enum usage usage, enum selector selector, X509 *certificate)
{
    SSL *ssl = new_client(false);
    add_record(ssl, usage, selector, certificate);
    run(ssl);
}

static void certificate_of_a_refused_peer(void)
{
    run(new_client(true));
    with_record_of(DANE_EE, CERTIFICATE, seen_leaf);
}

static void key_of_a_refused_peer(void)
{
    run(new_client(true));
    with_record_of(DANE_EE, PUBLIC_KEY, seen_leaf);
}

static void issuer_of_a_refused_peer(void)
{
    run(new_client(true));
    with_record_of(DANE_TA, CERTIFICATE, seen_issuer);
}

/* The first record is of another certificate, and the program keeps what it saw with it. */
static void refused_with_a_record(void)
{
    SSL *ssl = new_client(true);
    X509 *another = read_certificate("good");
    add_record(ssl, DANE_EE, CERTIFICATE, another);
    run(ssl);
    with_record_of(DANE_EE, CERTIFICATE, seen_leaf);
    X509_free(another);
}

static void late_record_of_a_copy(void)
{
    SSL *ssl = new_client(true);
    adds_record = true;
    client_run(ssl);
    demand(SSL_clear(ssl) == 1);
    SSL_CTX_set_cert_verify_callback(context, NULL, NULL);
    SSL *copy = SSL_dup(ssl);
    demand(copy != NULL && SSL_set_fd(copy, dial(server)) == 1);
    SSL_set_connect_state(copy);
    run(copy);
    client_free(ssl);
}

/* What has counted goes on to count, whatever comes between. */
static void again(enum usage usage, const char *name)
{
    X509 *certificate = read_certificate(name);
    with_record_of(usage, CERTIFICATE, certificate);
    with_record_of(usage, CERTIFICATE, certificate);
    run(new_client(true));
    with_record_of(usage, CERTIFICATE, certificate);
    X509_free(certificate);
}

static void leaf_again(void)
{
    again(DANE_EE, leaf);
}

static void issuer_again(void)
{
    again(DANE_TA, sent);
}

/* The record's whole key is all that is known of the issuer where the server does not send its certificate. */
static void key_of_the_issuer(void)
{
    X509 *issuer = read_certificate("other-ca");
    with_record_of(DANE_TA, PUBLIC_KEY, issuer);
    X509_free(issuer);
}

/* A key that has signed nothing here. */
static void key_of_another_issuer(void)
{
    X509 *another = read_certificate("ca");
    SSL *ssl = new_client(true);
    add_record(ssl, DANE_TA, PUBLIC_KEY, another);
    run(ssl);
    X509_free(another);
}

/* The first peer hangs up before it has shown anything. */
static void record_after_clear(void)
{
    int pair[2];
    X509 *certificate = read_certificate(leaf);
    SSL *ssl = new_client(false);
    int fd = SSL_get_fd(ssl);
    demand(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && shutdown(pair[1], SHUT_WR) == 0);
    demand(SSL_set_fd(ssl, pair[0]) == 1 && SSL_connect(ssl) != 1 && SSL_clear(ssl) == 1);
    add_record(ssl, DANE_EE, CERTIFICATE, certificate);
    demand(SSL_set_fd(ssl, fd) == 1);
    run(ssl);
    X509_free(certificate);
    close(pair[0]);
    close(pair[1]);
}

static const struct scenario scenarios[] = {
    {"certificate-of-a-refused-peer", certificate_of_a_refused_peer},
    {"key-of-a-refused-peer", key_of_a_refused_peer},
    {"issuer-of-a-refused-peer", issuer_of_a_refused_peer},
    {"refused-with-a-record", refused_with_a_record},
    {"late-record-of-a-copy", late_record_of_a_copy},
    {"leaf-again", leaf_again},
    {"issuer-again", issuer_again},
    {"key-of-the-issuer", key_of_the_issuer},
    {"key-of-another-issuer", key_of_another_issuer},
    {"record-after-clear", record_after_clear},
};

int main(int argc, char **argv)
{
    demand(argc >= 3);
    leaf = argv[2];
    sent = argc > 3 ? argv[3] : NULL;
    server = server_start(&(struct server_options){.leaf = leaf, .configure = send_more});
    context = SSL_CTX_new(TLS_client_method());
    demand(SSL_CTX_dane_enable(context) == 1);
    run_scenario(scenarios, sizeof scenarios / sizeof scenarios[0], argv[1]);
    struct server_report report = server_stop(server);
    say_server(&report);
    X509_free(seen_leaf);
    X509_free(seen_issuer);
    SSL_CTX_free(context);
    return 0;
}
