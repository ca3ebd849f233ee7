/*
 * trust CLIENT LEAF: a client with trust anchors of its own, or one that does not verify. Its verify callback says
 * what it saw: "ok/error/depth" for each call.
 */
#include "support.h"

#include <openssl/x509v3.h>
#include <string.h>

static SSL_CTX *context;
static struct server *server;
static char seen[4096];

static int watch(int ok, X509_STORE_CTX *ctx)
{
    size_t used = strlen(seen);
    snprintf(seen + used, sizeof seen - used, " %d/%d/%d", ok, X509_STORE_CTX_get_error(ctx),
             X509_STORE_CTX_get_error_depth(ctx));
    return ok;
}

static int refuse_leaf(int ok, X509_STORE_CTX *ctx)
{
    watch(ok, ctx);
    if (!ok || X509_STORE_CTX_get_error_depth(ctx) > 0)
        return ok;
    X509_STORE_CTX_set_error(ctx, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

/* Another name than the connection was made for. */
static int compare_name(int ok, X509_STORE_CTX *ctx)
{
    if (X509_STORE_CTX_get_error_depth(ctx) > 0 ||
        X509_check_host(X509_STORE_CTX_get_current_cert(ctx), "payments.test", 0, 0, NULL) == 1)
        return ok;
    X509_STORE_CTX_set_error(ctx, X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
}

static int read_names(int ok, X509_STORE_CTX *ctx)
{
    if (X509_STORE_CTX_get_error_depth(ctx) > 0)
        return ok;
    GENERAL_NAMES_free(X509_get_ext_d2i(X509_STORE_CTX_get_current_cert(ctx), NID_subject_alt_name, NULL, NULL));
    X509_STORE_CTX_set_error(ctx, X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
}

/* As programs did before there was X509_check_host(3). */
static int compare_common_name(int ok, X509_STORE_CTX *ctx)
{
    char name[64] = "";
    if (X509_STORE_CTX_get_error_depth(ctx) > 0)
        return ok;
    X509_NAME *subject = X509_get_subject_name(X509_STORE_CTX_get_current_cert(ctx));
    demand(X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof name) > 0 &&
           strcmp(name, "payments.test") != 0);
    X509_STORE_CTX_set_error(ctx, X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
}

static int say_no(int ok, X509_STORE_CTX *ctx)
{
    return X509_STORE_CTX_get_error_depth(ctx) > 0 ? ok : 0;
}

static void run(const char *host)
{
    SSL *ssl = client_new(context, server, "good.test");
    if (host != NULL)
        demand(SSL_set1_host(ssl, host) == 1);
    client_run(ssl);
    say("seen", "%s", seen);
    client_free(ssl);
}

static void verify_with(int mode, const char *authority, SSL_verify_cb callback)
{
    SSL_CTX_set_verify(context, mode, callback);
    demand(SSL_CTX_load_verify_file(context, pki_file(authority)) == 1);
}

static void careless(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, watch);
    run(NULL);
}

static void careless_with_anchors(void)
{
    verify_with(SSL_VERIFY_NONE, "program-ca", watch);
    run(NULL);
}

static void careful(void)
{
    verify_with(SSL_VERIFY_PEER, "program-ca", watch);
    run("good.test");
}

static void careful_without_host(void)
{
    verify_with(SSL_VERIFY_PEER, "program-ca", watch);
    run(NULL);
}

static void careful_of_another_host(void)
{
    verify_with(SSL_VERIFY_PEER, "program-ca", watch);
    run("another.test");
}

static void compares_name(void)
{
    verify_with(SSL_VERIFY_PEER, "ca", compare_name);
    run(NULL);
}

static void compares_common_name(void)
{
    verify_with(SSL_VERIFY_PEER, "ca", compare_common_name);
    run(NULL);
}

static void says_no(void)
{
    verify_with(SSL_VERIFY_PEER, "ca", say_no);
    run(NULL);
}

static void reads_names(void)
{
    verify_with(SSL_VERIFY_PEER, "ca", read_names);
    run(NULL);
}

static void pinned(void)
{
    verify_with(SSL_VERIFY_PEER, "program-ca", refuse_leaf);
    run("good.test");
}

static int says_issued(X509_STORE_CTX *ctx, X509 *subject, X509 *issuer)
{
    (void)ctx;
    return X509_NAME_cmp(X509_get_issuer_name(subject), X509_get_subject_name(issuer)) == 0;
}

static void careful_with_own_functions(void)
{
    X509_STORE_set_check_issued(SSL_CTX_get_cert_store(context), says_issued);
    careful();
}

static void careful_with_own_issuers(void)
{
    X509_STORE_set_get_issuer(SSL_CTX_get_cert_store(context), X509_STORE_CTX_get1_issuer);
    careful();
}

static void careful_with_own_lookup(void)
{
    X509_STORE_set_lookup_certs(SSL_CTX_get_cert_store(context), X509_STORE_CTX_get1_certs);
    careful();
}

static const struct scenario clients[] = {
    {"careless", careless},
    {"careless-with-anchors", careless_with_anchors},
    {"careful", careful},
    {"careful-without-host", careful_without_host},
    {"careful-of-another-host", careful_of_another_host},
    {"careful-with-own-functions", careful_with_own_functions},
    {"careful-with-own-issuers", careful_with_own_issuers},
    {"careful-with-own-lookup", careful_with_own_lookup},
    {"pinned", pinned},
    {"compares-name", compares_name},
    {"reads-names", reads_names},
    {"compares-common-name", compares_common_name},
    {"says-no", says_no},
};

int main(int argc, char **argv)
{
    demand(argc == 3);
    struct server_report report =
        run_with_server(clients, sizeof clients / sizeof clients[0], argv + 1, &server, &context);
    say_server(&report);
    return 0;
}
