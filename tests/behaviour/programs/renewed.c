/*
 * renewed WAY: a client that calls one server twice from the same place. For "renewed" the server has another
 * certificate for the same key the second time, for "same" it has the same one.
 */
#include "support.h"

#include <stdatomic.h>
#include <string.h>

enum { HANDSHAKES = 2 };

static X509 *certificates[HANDSHAKES];
static bool is_renewed;
static atomic_int handshakes;

static X509 *issue(EVP_PKEY *key, long number)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_NAME_new();
    demand(certificate != NULL && name != NULL &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"renewed", -1, -1, 0) == 1 &&
           X509_set_subject_name(certificate, name) == 1 && X509_set_issuer_name(certificate, name) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), number) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 60 * 60) != NULL &&
           X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) != 0);
    X509_NAME_free(name);
    return certificate;
}

static int choose(SSL *ssl, void *argument)
{
    (void)argument;
    int number = atomic_fetch_add(&handshakes, 1);
    return SSL_use_certificate(ssl, certificates[is_renewed ? number % HANDSHAKES : 0]);
}

static void configure(SSL_CTX *ctx)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    demand(key != NULL);
    for (int i = 0; i < HANDSHAKES; i++)
        certificates[i] = issue(key, i + 1);
    demand(SSL_CTX_use_certificate(ctx, certificates[0]) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1);
    EVP_PKEY_free(key);
    SSL_CTX_set_cert_cb(ctx, choose, NULL);
}

int main(int argc, char **argv)
{
    demand(argc == 2);
    is_renewed = strcmp(argv[1], "renewed") == 0;
    struct server *server = server_start(&(struct server_options){.configure = configure});
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    for (int i = 0; i < HANDSHAKES; i++) {
        SSL *ssl = client_new(context, server, "localhost");
        client_run(ssl);
        client_free(ssl);
    }
    SSL_CTX_free(context);
    struct server_report report = server_stop(server);
    say("handshakes", "%d", report.handshakes);
    for (int i = 0; i < HANDSHAKES; i++)
        X509_free(certificates[i]);
    return 0;
}
