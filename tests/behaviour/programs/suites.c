/*
 * suites SCENARIO: handshakes that bring no certificate, or need not.
 */
#include "support.h"

#include <string.h>

static SSL_CTX *context;
static const unsigned char key[32] = "a key that both sides have known";

static void offer_anonymous(SSL_CTX *ctx)
{
    demand(SSL_CTX_set_cipher_list(ctx, "aNULL:@SECLEVEL=0") == 1);
}

static unsigned server_key(SSL *ssl, const char *identity, unsigned char *psk, unsigned length)
{
    (void)ssl;
    (void)identity;
    demand(length >= sizeof key);
    memcpy(psk, key, sizeof key);
    return sizeof key;
}

static unsigned client_key(SSL *ssl, const char *hint, char *identity, unsigned identity_length, unsigned char *psk,
                           unsigned length)
{
    (void)hint;
    snprintf(identity, identity_length, "client");
    return server_key(ssl, identity, psk, length);
}

static void know_key(SSL_CTX *ctx)
{
    SSL_CTX_set_psk_server_callback(ctx, server_key);
}

static void run(const struct server_options *options, const char *suites)
{
    struct server *server = server_start(options);
    if (suites != NULL)
        demand(SSL_CTX_set_cipher_list(context, suites) == 1);
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    say("level", "%d", SSL_get_security_level(ssl));
    say("cipher", "%s", SSL_get_cipher_name(ssl));
    client_free(ssl);
    struct server_report report = server_stop(server);
    say_server(&report);
}

static const struct server_options anonymous_server = {.version = TLS1_2_VERSION, .configure = offer_anonymous};

static void anonymous_only(void)
{
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    run(&anonymous_server, "aNULL:@SECLEVEL=0");
}

static void anonymous_too(void)
{
    run(&anonymous_server, "ALL:aNULL:@SECLEVEL=0");
}

/* Suites that a callback sets on the way. */
static void set_anonymous(const SSL *ssl, int where, int value)
{
    static bool done;
    (void)value;
    if (where != SSL_CB_CONNECT_LOOP || done)
        return;
    done = true;
    SSL_set_cipher_list((SSL *)ssl, "aNULL:@SECLEVEL=0");
}

static void greet(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where == SSL_CB_HANDSHAKE_DONE)
        SSL_write((SSL *)ssl, "hello", 5);
}

static void offer_anonymous_and_greet(SSL_CTX *ctx)
{
    offer_anonymous(ctx);
    SSL_CTX_set_info_callback(ctx, greet);
}

static const struct server_options greeting_server = {.version = TLS1_2_VERSION,
                                                      .configure = offer_anonymous_and_greet};

static void read_by(int (*read)(SSL *, void *, int))
{
    char data[8];
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    struct server *server = server_start(&greeting_server);
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_info_callback(ssl, set_anonymous);
    SSL_set_connect_state(ssl);
    say("read", "%d", read(ssl, data, sizeof data) > 0);
    client_free(ssl);
    server_stop(server);
}

static void anonymous_on_the_way_to_read(void)
{
    read_by(SSL_read);
}

static void anonymous_on_the_way_to_peek(void)
{
    read_by(SSL_peek);
}

/* A chain that is used again for a server with a certificate, and knows its own BIO. */
static void anonymous_on_the_way_by_connect_bio(void)
{
    char target[64];
    SSL *ssl;
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    struct server *server = server_start(&anonymous_server);
    struct server *good = server_start(&(struct server_options){.leaf = "good", .version = TLS1_2_VERSION});
    BIO *chain = BIO_new_ssl_connect(context);
    BIO_get_ssl(chain, &ssl);
    SSL_set_info_callback(ssl, set_anonymous);
    SSL_set_tlsext_host_name(ssl, "good.test");
    snprintf(target, sizeof target, "127.0.0.1:%d", server_port(server));
    BIO_set_conn_hostname(chain, target);
    server_expect(server);
    say("written", "%d", BIO_write(chain, "secret", 6) > 0);
    ERR_clear_error();
    demand(BIO_reset(chain) >= 0 && SSL_set_cipher_list(ssl, "DEFAULT") == 1);
    snprintf(target, sizeof target, "127.0.0.1:%d", server_port(good));
    BIO_set_conn_hostname(chain, target);
    server_expect(good);
    client_tell(ssl, BIO_do_handshake(chain) == 1 ? 1 : -1);
    say("has-its-bio", "%d", SSL_get_wbio(ssl) == BIO_next(chain));
    BIO_free_all(chain);
    struct server_report report = server_stop(server);
    say("secrets", "%zu", report.received);
    report = server_stop(good);
    say_server(&report);
}

static void anonymous_not_needed(void)
{
    run(&(struct server_options){.leaf = "good", .version = TLS1_2_VERSION}, "ALL:aNULL:@SECLEVEL=0");
}

static void anonymous_offered_to_tls13(void)
{
    run(&(struct server_options){.leaf = "good"}, "aNULL:@SECLEVEL=0");
}

static void psk(const char *leaf, int version, const char *suites)
{
    SSL_CTX_set_psk_client_callback(context, client_key);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256"); /* of the hash that such a key is for */
    run(&(struct server_options){.leaf = leaf, .version = version, .configure = know_key}, suites);
}

static void psk_tls12(void)
{
    psk(NULL, TLS1_2_VERSION, "PSK");
}

static void psk_tls13(void)
{
    psk(NULL, TLS1_3_VERSION, NULL);
}

static void psk_beside_certificate(void)
{
    psk("good", TLS1_3_VERSION, NULL);
}

static const struct scenario scenarios[] = {
    {"anonymous-only", anonymous_only},
    {"anonymous-too", anonymous_too},
    {"anonymous-not-needed", anonymous_not_needed},
    {"anonymous-on-the-way-to-read", anonymous_on_the_way_to_read},
    {"anonymous-on-the-way-to-peek", anonymous_on_the_way_to_peek},
    {"anonymous-on-the-way-by-connect-bio", anonymous_on_the_way_by_connect_bio},
    {"anonymous-offered-to-tls1.3", anonymous_offered_to_tls13},
    {"psk-tls1.2", psk_tls12},
    {"psk-tls1.3", psk_tls13},
    {"psk-beside-certificate", psk_beside_certificate},
};

int main(int argc, char **argv)
{
    demand(argc == 2);
    context = SSL_CTX_new(TLS_client_method());
    run_scenario(scenarios, sizeof scenarios / sizeof scenarios[0], argv[1]);
    SSL_CTX_free(context);
    return 0;
}
