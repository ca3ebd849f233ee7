/*
 * modes WAY LEAF: a client that switches verification off in one of many ways meets a server with this certificate.
 */
#include "support.h"

#include <string.h>
#include <time.h>

static SSL_CTX *context;

static int forgive(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    (void)ctx;
    return 1;
}

static int clear_error(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static int accept_all(X509_STORE_CTX *ctx, void *argument)
{
    (void)ctx;
    (void)argument;
    return 1;
}

static int accept_all_without_error(X509_STORE_CTX *ctx, void *argument)
{
    (void)argument;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static void trust(const char *authority)
{
    demand(SSL_CTX_load_verify_file(context, pki_file(authority)) == 1);
}

static void say_nothing(SSL *ssl)
{
    (void)ssl;
}

static void context_none(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
}

static void context_peer(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    trust("ca");
}

static void connection_none(SSL *ssl)
{
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
}

static void context_none_late(SSL *ssl)
{
    (void)ssl;
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
}

static void context_forgives(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, forgive);
}

static void context_clears(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, clear_error);
}

static void connection_forgives(SSL *ssl)
{
    SSL_set_verify(ssl, SSL_VERIFY_PEER, forgive);
}

static void store_forgives(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(context), forgive);
}

static void replaced(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, accept_all, NULL);
}

static void replaced_cleanly(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, accept_all_without_error, NULL);
}

static int says_issued(X509_STORE_CTX *ctx, X509 *subject, X509 *issuer)
{
    (void)ctx;
    (void)subject;
    (void)issuer;
    return 1;
}

static int verifies_nothing(X509_STORE_CTX *ctx)
{
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static void store_verify_replaced(void)
{
    X509_STORE_set_verify(SSL_CTX_get_cert_store(context), verifies_nothing);
    X509_STORE_set_check_issued(SSL_CTX_get_cert_store(context), says_issued);
    context_peer();
}

static void peer_with_flags(unsigned long flags)
{
    context_peer();
    demand(X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), flags) == 1);
}

static void no_check_time(void)
{
    peer_with_flags(X509_V_FLAG_NO_CHECK_TIME);
}

static void check_time_of_last_week(void)
{
    context_peer();
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context), time(NULL) - 7 * 24 * 60 * 60);
}

static void low_depth(void)
{
    context_none();
    SSL_CTX_set_verify_depth(context, 0);
}

static void low_security_level(void)
{
    SSL_CTX_set_security_level(context, 0);
    context_peer();
}

/* 128 bits of security, and a 2048-bit RSA key has 112. */
static void high_security_level(void)
{
    SSL_CTX_set_security_level(context, 3);
}

static void nothing(void)
{
}

static const struct way {
    const char *name;
    void (*before)(void);
    void (*after)(SSL *ssl);
} ways[] = {
    {"never-set", nothing, say_nothing},
    {"none-on-context", context_none, say_nothing},
    {"none-on-context-after-SSL_new", context_peer, context_none_late},
    {"none-on-connection", context_peer, connection_none},
    {"verify-callback-on-context", context_forgives, say_nothing},
    {"verify-callback-on-connection", nothing, connection_forgives},
    {"verify-callback-that-clears", context_clears, say_nothing},
    {"verify-callback-of-store", store_forgives, say_nothing},
    {"cert-verify-callback", replaced, say_nothing},
    {"cert-verify-callback-that-clears", replaced_cleanly, say_nothing},
    {"store-with-own-verify", store_verify_replaced, say_nothing},
    {"no-check-time", no_check_time, say_nothing},
    {"use-check-time", check_time_of_last_week, say_nothing},
    {"low-depth", low_depth, say_nothing},
    {"low-security-level", low_security_level, say_nothing},
    {"high-security-level", high_security_level, say_nothing},
    {"chain-without-host", context_peer, say_nothing},
};

static const struct way *find(const char *name)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(ways[i].name, name) == 0)
            return &ways[i];
    demand(false);
    return NULL;
}

int main(int argc, char **argv)
{
    demand(argc == 3);
    const struct way *way = find(argv[1]);
    struct server *server = server_start(&(struct server_options){.leaf = argv[2]});
    context = SSL_CTX_new(TLS_client_method());
    way->before();
    SSL *ssl = client_new(context, server, "good.test");
    way->after(ssl);
    int mode = SSL_get_verify_mode(ssl);
    client_run(ssl);
    say("mode-kept", "%d", SSL_get_verify_mode(ssl) == mode);
    client_free(ssl);
    struct server_report report = server_stop(server);
    say_server(&report);
    SSL_CTX_free(context);
    return 0;
}
