/*
 * renegotiation WAY LEAF: a connection of TLS 1.2 is negotiated anew after the policy was replaced: what is in the file
 * that NEXT names takes the place of the one that POLICY names. What is said of the second handshake counts.
 */
#include "support.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEY_SIZE = 16 };

static SSL_CTX *context;
static struct server *server;
static const char *suites;
static bool becomes_anonymous;

static time_t second(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return now.tv_sec;
}

/* The policy is looked at once in a second. */
static void replace_policy(void)
{
    if (getenv("NEXT") == NULL)
        return;
    demand(rename(getenv("NEXT"), getenv("POLICY")) == 0);
    for (time_t replaced = second(); second() == replaced;)
        usleep(10000);
}

static void count_suites(const SSL *ssl)
{
    STACK_OF(SSL_CIPHER) *list = SSL_get_ciphers(ssl);
    int anonymous = 0;
    for (int i = 0; i < sk_SSL_CIPHER_num(list); i++)
        anonymous += SSL_CIPHER_get_auth_nid(sk_SSL_CIPHER_value(list, i)) == NID_auth_null;
    say("anonymous-offered", "%d", anonymous > 0);
}

static void negotiate_anew(SSL *ssl, int (*ask)(SSL *))
{
    demand(SSL_connect(ssl) == 1);
    replace_policy();
    demand(ask(ssl) == 1);
    client_tell(ssl, SSL_do_handshake(ssl));
    say("reused", "%d", SSL_session_reused(ssl));
    count_suites(ssl);
    client_free(ssl);
}

static void full(void)
{
    negotiate_anew(client_new(context, server, "good.test"), SSL_renegotiate);
}

static void abbreviated(void)
{
    negotiate_anew(client_new(context, server, "good.test"), SSL_renegotiate_abbreviated);
}

/* The second connection resumes the session of the first, and answers with its SNI from then on. */
static void of_resumed(void)
{
    SSL *first = client_new(context, server, "good.test");
    demand(SSL_connect(first) == 1);
    SSL_SESSION *session = SSL_get1_session(first);
    client_free(first);
    SSL *ssl = SSL_new(context);
    demand(SSL_set_fd(ssl, dial_name(server, "localhost")) == 1 && SSL_set_session(ssl, session) == 1);
    SSL_SESSION_free(session);
    negotiate_anew(ssl, SSL_renegotiate);
}

/* Suites that a callback sets on the way, once the first handshake is over. */
static void set_anonymous(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where == SSL_CB_CONNECT_LOOP && SSL_renegotiate_pending((SSL *)ssl))
        SSL_set_cipher_list((SSL *)ssl, "aNULL:@SECLEVEL=0");
}

static void serve_anonymous(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where == SSL_CB_HANDSHAKE_DONE)
        SSL_set_cipher_list((SSL *)ssl, "aNULL:@SECLEVEL=0");
}

/* The write has it done. */
static void within_write(void)
{
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_info_callback(ssl, set_anonymous);
    demand(SSL_connect(ssl) == 1 && SSL_renegotiate(ssl) == 1);
    say("written", "%d", SSL_write(ssl, "ping", 4));
    client_free(ssl);
}

static int raw_write(BIO *bio, const char *data, int length)
{
    return (int)write((int)(intptr_t)BIO_get_data(bio), data, (size_t)length);
}

static int raw_read(BIO *bio, char *data, int length)
{
    return (int)read((int)(intptr_t)BIO_get_data(bio), data, (size_t)length);
}

static long raw_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

/* A BIO that shows no descriptor: the name is a weak one. */
static void without_descriptor(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | 100, "raw");
    BIO_meth_set_write(method, raw_write);
    BIO_meth_set_read(method, raw_read);
    BIO_meth_set_ctrl(method, raw_control);
    int fd = dial_name(server, "localhost");
    BIO *bio = BIO_new(method);
    BIO_set_data(bio, (void *)(intptr_t)fd);
    BIO_set_init(bio, 1);
    SSL *ssl = SSL_new(context);
    SSL_set_bio(ssl, bio, bio);
    negotiate_anew(ssl, SSL_renegotiate);
    close(fd);
    BIO_meth_free(method);
}

static unsigned server_key(SSL *ssl, const char *identity, unsigned char *key, unsigned length)
{
    (void)ssl;
    (void)identity;
    demand(length >= KEY_SIZE);
    memset(key, 7, KEY_SIZE);
    return KEY_SIZE;
}

static unsigned client_key(SSL *ssl, const char *hint, char *identity, unsigned identity_length, unsigned char *key,
                           unsigned length)
{
    (void)hint;
    snprintf(identity, identity_length, "client");
    return server_key(ssl, identity, key, length);
}

static void configure(SSL_CTX *ctx)
{
    SSL_CTX_set_psk_server_callback(ctx, server_key);
    SSL_CTX_set_options(ctx, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
    if (becomes_anonymous)
        SSL_CTX_set_info_callback(ctx, serve_anonymous);
    if (suites != NULL)
        demand(SSL_CTX_set_cipher_list(ctx, suites) == 1);
}

static const struct scenario scenarios[] = {
    {"full", full},
    {"abbreviated", abbreviated},
    {"of-resumed", of_resumed},
    {"within-write", within_write},
    {"without-descriptor", without_descriptor},
    {"anonymous", full},
    {"pre-shared-key", full},
};

int main(int argc, char **argv)
{
    demand(argc == 3);
    if (strcmp(argv[1], "anonymous") == 0)
        suites = "aNULL:@SECLEVEL=0";
    else if (strcmp(argv[1], "pre-shared-key") == 0)
        suites = "PSK";
    becomes_anonymous = strcmp(argv[1], "within-write") == 0;
    server = server_start(&(struct server_options){
        .leaf = suites != NULL ? NULL : argv[2], .version = TLS1_2_VERSION, .configure = configure});
    context = SSL_CTX_new(TLS_client_method());
    demand(SSL_CTX_set_cipher_list(context, suites != NULL ? suites : "ALL:aNULL:@SECLEVEL=0") == 1);
    if (suites != NULL)
        SSL_CTX_set_psk_client_callback(context, client_key);
    demand(SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) == 1);
    run_scenario(scenarios, sizeof scenarios / sizeof scenarios[0], argv[1]);
    struct server_report report = server_stop(server);
    say_server(&report);
    SSL_CTX_free(context);
    return 0;
}
