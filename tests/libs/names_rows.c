/* Clients that compare the peer's names by themselves, or seem to, in a callback of the verification. */
#include "client.h"

#include <string.h>

enum { SUBJECT_ALT_NAME = 85, EXTENDED_KEY_USAGE = 126 }; /* NID_* */

/* The leaf while it is what is looked at, else NULL. */
static X509 *leaf_of(X509_STORE_CTX *ctx)
{
    return X509_STORE_CTX_get_error_depth(ctx) == 0 ? X509_STORE_CTX_get_current_cert(ctx) : NULL;
}

static int read_names(int ok, X509_STORE_CTX *ctx)
{
    if (leaf_of(ctx) != NULL)
        X509_get_ext_d2i(leaf_of(ctx), SUBJECT_ALT_NAME, NULL, NULL);
    return ok;
}

static int read_names_and_forgive(int ok, X509_STORE_CTX *ctx)
{
    read_names(ok, ctx);
    return 1;
}

static int seek_names(int ok, X509_STORE_CTX *ctx)
{
    if (leaf_of(ctx) != NULL)
        X509_get_ext_by_NID(leaf_of(ctx), SUBJECT_ALT_NAME, -1);
    return ok;
}

static int look_through_copy(int ok, X509_STORE_CTX *ctx)
{
    X509 *copy = leaf_of(ctx) != NULL ? X509_dup(leaf_of(ctx)) : NULL;
    if (copy != NULL)
        X509_get_ext_count(copy);
    X509_free(copy);
    return ok;
}

static int read_names_of_issuer(int ok, X509_STORE_CTX *ctx)
{
    if (leaf_of(ctx) == NULL)
        X509_get_ext_d2i(X509_STORE_CTX_get_current_cert(ctx), SUBJECT_ALT_NAME, NULL, NULL);
    return ok;
}

static int read_usage(int ok, X509_STORE_CTX *ctx)
{
    if (leaf_of(ctx) != NULL)
        X509_get_ext_d2i(leaf_of(ctx), EXTENDED_KEY_USAGE, NULL, NULL);
    return ok;
}

static int check_host(int ok, X509_STORE_CTX *ctx)
{
    return ok && (leaf_of(ctx) == NULL || X509_check_host(leaf_of(ctx), peer.host, 0, 0, NULL) == 1);
}

static int forgive_host(int ok, X509_STORE_CTX *ctx)
{
    read_names(ok, ctx);
    if (leaf_of(ctx) != NULL)
        X509_check_host(leaf_of(ctx), "elsewhere.test", 0, 0, NULL);
    return ok;
}

/* A second server, as the first one serves nobody else meanwhile. */
static void meet_another(int (*callback)(int, X509_STORE_CTX *))
{
    SSL *ssl = SSL_new(client_verifying_context());
    SSL_set_verify(ssl, SSL_VERIFY_PEER, callback);
    client_reach(ssl, peer.other_host, peer.other_port);
    client_say(ssl, "from within");
    SSL_free(ssl);
}

static SSL *connection_with(int mode, int (*callback)(int, X509_STORE_CTX *))
{
    SSL *ssl = client_connection(client_verifying_context());
    SSL_set_verify(ssl, mode, callback);
    return ssl;
}

static enum result with(int (*callback)(int, X509_STORE_CTX *))
{
    return X509_check_host != NULL ? client_talk(connection_with(SSL_VERIFY_PEER, callback)) : LACKING;
}

/* Another connection compares its names, while this one does not. */
static int connect_another(int ok, X509_STORE_CTX *ctx)
{
    if (leaf_of(ctx) != NULL)
        meet_another(read_names);
    return ok;
}

static int connect_and_read_names(int ok, X509_STORE_CTX *ctx)
{
    if (leaf_of(ctx) != NULL)
        meet_another(NULL);
    return read_names(ok, ctx);
}

static enum result names_read(void)
{
    return with(read_names);
}

static enum result names_read_and_forgiven(void)
{
    return with(read_names_and_forgive);
}

static enum result names_sought(void)
{
    return with(seek_names);
}

static enum result names_of_copy(void)
{
    return with(look_through_copy);
}

static enum result names_of_issuer(void)
{
    return with(read_names_of_issuer);
}

static enum result usage_read(void)
{
    return with(read_usage);
}

static enum result host_checked(void)
{
    return with(check_host);
}

static enum result host_mismatch_forgiven(void)
{
    return with(forgive_host);
}

static enum result names_read_within(void)
{
    return with(connect_another);
}

static enum result names_read_around(void)
{
    return with(connect_and_read_names);
}

static enum result names_read_for_nothing(void)
{
    return client_talk(connection_with(SSL_VERIFY_NONE, read_names));
}

static enum result names_read_without_sni(void)
{
    SSL *ssl = SSL_new(client_verifying_context());
    SSL_set_verify(ssl, SSL_VERIFY_PEER, read_names);
    SSL_set_fd(ssl, client_socket(peer.host, peer.port));
    return client_talk(ssl);
}

/* The names in the first run, its word in the second. */
static int retry_once(X509_STORE_CTX *ctx, void *argument)
{
    int *runs = argument;
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    if ((*runs)++ > 0)
        return X509_verify_cert(ctx);
    X509_get_ext_d2i(X509_STORE_CTX_get0_cert(ctx), SUBJECT_ALT_NAME, NULL, NULL);
    return SSL_ctrl(ssl, SSL_CTRL_SET_RETRY_VERIFY, 0, NULL) > 0;
}

static enum result names_read_before_retry(void)
{
    int runs = 0;
    if (SSL_CTX_new_ex == NULL) /* as old as the retry */
        return LACKING;
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_cert_verify_callback(ctx, retry_once, &runs);
    SSL *ssl = client_connection(ctx);
    if (SSL_connect(ssl) == 1)
        return MISUSED;
    return client_talk(ssl);
}

const struct row names_rows[] = {
    {"names-read", names_read},
    {"names-read-and-forgiven", names_read_and_forgiven},
    {"names-sought", names_sought},
    {"names-of-copy", names_of_copy},
    {"names-of-issuer", names_of_issuer},
    {"usage-read", usage_read},
    {"host-checked", host_checked},
    {"host-mismatch-forgiven", host_mismatch_forgiven},
    {"names-read-within", names_read_within},
    {"names-read-around", names_read_around},
    {"names-read-for-nothing", names_read_for_nothing},
    {"names-read-without-sni", names_read_without_sni},
    {"names-read-before-retry", names_read_before_retry},
    {NULL, NULL},
};
