/*
 * evidence DECISION CHECK: a client that decides in one of several ways not to verify during the handshake, or to, and
 * afterwards looks at the peer's certificate in one of several ways.
 */
#include "support.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static SSL_CTX *context;
static struct server *server;
static SSL *ssl;

/* The decisions are functions of their own, with code behind the call, so that their names can be found again. */
__attribute__((noinline)) static void ask_for_nothing(void)
{
    context = SSL_CTX_new(TLS_client_method());
    demand(context != NULL);
}

__attribute__((noinline)) static void switch_off_on_context(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    demand(SSL_CTX_get_verify_mode(context) == SSL_VERIFY_NONE);
}

__attribute__((noinline)) static void switch_off_on_connection(void)
{
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    demand(SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE);
}

static void connect_to_server(void)
{
    ssl = client_new(context, server, "localhost");
}

static void nothing(void)
{
    connect_to_server();
}

static void context_off(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    switch_off_on_context();
    connect_to_server();
}

static void connection_off(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    connect_to_server();
    switch_off_on_connection();
}

static void all(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_locations(context, pki_file("ca"), NULL) == 1);
    connect_to_server();
    demand(SSL_set1_host(ssl, "localhost") == 1);
}

static void never_look(void)
{
}

/* Fetches the certificate, as who checks it does, and does not look at it. */
static void pretend(void)
{
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    demand(leaf != NULL);
    X509_free(leaf);
}

static void pretend_twice(void)
{
    pretend();
    pretend();
}

static void ask_for_result(void)
{
    SSL_get_verify_result(ssl);
}

static void compare(const char *name)
{
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    X509_check_host(leaf, name, 0, 0, NULL);
    X509_free(leaf);
}

static void compare_right(void)
{
    compare("localhost");
}

static void compare_wrong(void)
{
    compare("another.test");
}

static void compare_address(void)
{
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    X509_check_ip_asc(leaf, "127.0.0.1", 0);
    X509_free(leaf);
}

static void read_names(void)
{
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    GENERAL_NAMES_free(X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL));
    X509_free(leaf);
}

static void do_it_all(void)
{
    ask_for_result();
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    GENERAL_NAMES_free(X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL));
    X509_check_host(leaf, "localhost", 0, 0, NULL);
    X509_free(leaf);
}

static void *free_connection(void *argument)
{
    (void)argument;
    client_free(ssl);
    ssl = NULL;
    return NULL;
}

/* The connection ends in another thread, and another certificate comes to lie where the peer's was. */
static void compare_another(void)
{
    pthread_t thread;
    unsigned char *der = NULL;
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    FILE *file = fopen(pki_file("good"), "r");
    demand(file != NULL);
    X509 *another = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    int length = i2d_X509(another, &der);
    const unsigned char *start = der;
    X509 *place = leaf;
    demand(pthread_create(&thread, NULL, free_connection, NULL) == 0 && pthread_join(thread, NULL) == 0);
    demand(d2i_X509(&place, &start, length) == leaf);
    X509_check_host(leaf, "good.test", 0, 0, NULL);
    OPENSSL_free(der);
    X509_free(another);
    X509_free(leaf);
}

/* The events written so far: the log lies beside the policy. */
static int count_events(void)
{
    char path[4096], line[16384];
    const char *policy = getenv("TLSWARD_POLICY");
    snprintf(path, sizeof path, "%.*s/events", (int)(strrchr(policy, '/') - policy), policy);
    FILE *log = fopen(path, "r");
    int count = 0;
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        count++;
    if (log != NULL)
        fclose(log);
    return count;
}

static const struct scenario decisions[] = {
    {"nothing", nothing},
    {"context-off", context_off},
    {"connection-off", connection_off},
    {"all", all},
};

static const struct scenario looks[] = {
    {"never", never_look},        {"pretend", pretend},          {"pretend-twice", pretend_twice},
    {"result", ask_for_result},   {"right-name", compare_right}, {"wrong-name", compare_wrong},
    {"address", compare_address}, {"names", read_names},         {"everything", do_it_all},
    {"another", compare_another},
};

int main(int argc, char **argv)
{
    demand(argc == 3);
    server = server_start(&(struct server_options){.leaf = "localhost"});
    ask_for_nothing();
    run_scenario(decisions, sizeof decisions / sizeof decisions[0], argv[1]);
    say("connected", "%d", SSL_connect(ssl));
    say("events", "%d", count_events());
    run_scenario(looks, sizeof looks / sizeof looks[0], argv[2]);
    if (ssl != NULL)
        client_free(ssl);
    SSL_CTX_free(context);
    server_stop(server);
    return 0;
}
