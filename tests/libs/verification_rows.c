/* Verification switched off, forgiven, or weakened: on the context, on the connection, in callbacks, by flags. */
#include "client.h"

#include <string.h>
#include <sys/stat.h>

static int forgive(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    (void)ctx;
    return 1;
}

static int forget(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static int accept_all(X509_STORE_CTX *ctx, void *argument)
{
    (void)argument;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static int verify_and_accept(X509_STORE_CTX *ctx, void *argument)
{
    (void)argument;
    X509_verify_cert(ctx);
    return 1;
}

/* Whatever the server sent becomes a trust anchor. */
static int trust_what_was_sent(X509_STORE_CTX *ctx, void *argument)
{
    (void)argument;
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
    X509_STORE_CTX_set0_trusted_stack(ctx, X509_STORE_CTX_get0_untrusted(ctx));
    return X509_verify_cert(ctx);
}

static enum result says_nothing(void)
{
    return client_talk_to(client_context());
}

static enum result verify_none_context(void)
{
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    return client_talk_to(ctx);
}

static enum result verify_none_connection(void)
{
    SSL *ssl = client_connection(client_verifying_context());
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    return client_talk(ssl);
}

static enum result callback_context(void)
{
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, forgive);
    return client_talk_to(ctx);
}

static enum result callback_connection(void)
{
    SSL *ssl = client_connection(client_verifying_context());
    SSL_set_verify(ssl, SSL_VERIFY_PEER, forgive);
    return client_talk(ssl);
}

static enum result callback_clears_error(void)
{
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, forget);
    return client_talk_to(ctx);
}

static enum result cert_verify_callback(void)
{
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_cert_verify_callback(ctx, accept_all, NULL);
    return client_talk_to(ctx);
}

static enum result cert_verify_callback_forgives(void)
{
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, verify_and_accept, NULL);
    return client_talk_to(ctx);
}

static enum result store_callback(void)
{
    SSL_CTX *ctx = client_verifying_context();
    X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(ctx), forget);
    return client_talk_to(ctx);
}

/* LibreSSL's newer verifier neither asks the store nor lets a callback forgive all that the older one did. */
static void verify_as_openssl(SSL_CTX *ctx)
{
    if (ERR_asprintf_error_data != NULL && SSL_CTX_get0_param != NULL)
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_LEGACY_VERIFY);
}

static SSL_CTX *first_use_context;

/* Trust on first use. */
static int trust_and_forget(int ok, X509_STORE_CTX *ctx)
{
    if (!ok)
        X509_STORE_add_cert(SSL_CTX_get_cert_store(first_use_context), X509_STORE_CTX_get_current_cert(ctx));
    return forget(ok, ctx);
}

/* Once more, now that the peer's certificate is in the store. */
static enum result first_use(void)
{
    first_use_context = client_verifying_context();
    verify_as_openssl(first_use_context);
    SSL_CTX_set_verify(first_use_context, SSL_VERIFY_PEER, trust_and_forget);
    client_talk(client_connection(first_use_context));
    ERR_clear_error();
    return client_talk_to(first_use_context);
}

static enum result verify_result(void)
{
    SSL *ssl = client_connection(client_context());
    SSL_set_verify_result(ssl, X509_V_OK);
    enum result result = client_talk(ssl);
    SSL_set_verify_result(ssl, X509_V_OK);
    return SSL_get_verify_result(ssl) == X509_V_OK ? result : REFUSED;
}

static enum result with_flags(unsigned long flags)
{
    SSL_CTX *ctx = client_verifying_context();
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param != NULL ? SSL_CTX_get0_param(ctx) : NULL;
    if (param == NULL)
        return LACKING;
    X509_VERIFY_PARAM_set_flags(param, flags);
    return client_talk_to(ctx);
}

/* As old as the methods that name no version. */
static bool knows_no_check_time(void)
{
    return TLS_server_method != NULL;
}

static enum result no_check_time(void)
{
    return knows_no_check_time() ? with_flags(X509_V_FLAG_NO_CHECK_TIME) : LACKING;
}

static enum result store_no_check_time(void)
{
    if (!knows_no_check_time())
        return LACKING;
    SSL_CTX *ctx = client_verifying_context();
    X509_STORE_set_flags(SSL_CTX_get_cert_store(ctx), X509_V_FLAG_NO_CHECK_TIME);
    return client_talk_to(ctx);
}

static int verifies_nothing(X509_STORE_CTX *ctx)
{
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

/* Signatures and dates are no longer looked at. */
static enum result store_function(void)
{
    if (X509_STORE_set_verify == NULL)
        return LACKING;
    SSL_CTX *ctx = client_verifying_context();
    X509_STORE_set_verify(SSL_CTX_get_cert_store(ctx), verifies_nothing);
    verify_as_openssl(ctx);
    return client_talk_to(ctx);
}

static enum result partial_chain(void)
{
    return with_flags(X509_V_FLAG_PARTIAL_CHAIN);
}

/* The time at which the test's certificates were made. */
static enum result check_time(void)
{
    struct stat trust;
    SSL_CTX *ctx = client_verifying_context();
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param != NULL ? SSL_CTX_get0_param(ctx) : NULL;
    if (param == NULL)
        return LACKING;
    stat(peer.trust, &trust);
    X509_VERIFY_PARAM_set_time(param, trust.st_mtime);
    return client_talk_to(ctx);
}

static enum result trusted_set(void)
{
    /* Where one cannot set the store's function, LibreSSL seeks the end of a partial chain in the store alone. */
    if (X509_STORE_CTX_get0_untrusted == NULL || X509_STORE_set_verify == NULL)
        return LACKING;
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_cert_verify_callback(ctx, trust_what_was_sent, NULL);
    return client_talk_to(ctx);
}

static enum result security_level(void)
{
    if (SSL_CTX_set_security_level == NULL)
        return LACKING;
    SSL_CTX *ctx = client_verifying_context();
    SSL_CTX_set_security_level(ctx, 0);
    return client_talk_to(ctx);
}

static enum result host_names(void)
{
    return X509_VERIFY_PARAM_set1_host != NULL ? TALKED : LACKING;
}

/* Of a certificate, its dates: without them nobody can tell that nothing but the end is wrong. */
static enum result dates(void)
{
    return X509_get0_notBefore != NULL ? TALKED : LACKING;
}

static enum result tls13(void)
{
    return SSL_CTX_set_ciphersuites != NULL ? TALKED : LACKING;
}

static enum result with_host(const char *name, unsigned host_flags)
{
    if (host_names() == LACKING)
        return LACKING;
    SSL *ssl = client_connection(client_verifying_context());
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(param, host_flags);
    X509_VERIFY_PARAM_set1_host(param, name, strlen(name));
    return client_talk(ssl);
}

static enum result host_flags(void)
{
    return with_host(peer.host, X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT);
}

static enum result host_forgiven_with(unsigned host_flags)
{
    if (host_names() == LACKING)
        return LACKING;
    SSL *ssl = client_connection(client_verifying_context());
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, forgive);
    X509_VERIFY_PARAM_set_hostflags(param, host_flags);
    X509_VERIFY_PARAM_set1_host(param, peer.host, strlen(peer.host));
    return client_talk(ssl);
}

static enum result host_forgiven(void)
{
    return host_forgiven_with(0);
}

static enum result host_strictly_forgiven(void)
{
    return host_forgiven_with(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
}

static enum result host_leading_dot(void)
{
    return with_host(strchr(peer.host, '.'), 0);
}

static enum result host_of_another(void)
{
    return with_host(peer.other_host, 0);
}

/* What comes after it may lie where it was. */
static enum result host_of_freed_connection(void)
{
    if (host_names() == LACKING)
        return LACKING;
    SSL_CTX *ctx = client_context();
    SSL *ssl = SSL_new(ctx);
    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), peer.other_host, strlen(peer.other_host));
    SSL_free(ssl);
    return client_talk_to(ctx);
}

/* The ninth is the peer's own. */
static enum result host_of_nine(void)
{
    if (host_names() == LACKING)
        return LACKING;
    SSL *ssl = client_connection(client_verifying_context());
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    for (char name[] = "1.test"; name[0] < '9'; name[0]++)
        X509_VERIFY_PARAM_add1_host(param, name, strlen(name));
    X509_VERIFY_PARAM_add1_host(param, peer.host, strlen(peer.host));
    return client_talk(ssl);
}

static enum result verifies_all(void)
{
    return with_host(peer.host, 0);
}

static enum result no_host(void)
{
    return client_talk_to(client_verifying_context());
}

static SSL_CTX *old_context(void)
{
    SSL_CTX *ctx = client_context();
    SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, 0, NULL);
    if (SSL_CTX_set_security_level != NULL)
        SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
    return ctx;
}

static enum result old_protocols(void)
{
    return client_talk_to(old_context());
}

static enum result old_protocols_alone(void)
{
    SSL_CTX *ctx = old_context();
    client_speak_at_most(ctx, TLS1_1_VERSION);
    return client_talk_to(ctx);
}

const struct row verification_rows[] = {
    {"says-nothing", says_nothing},
    {"verify-none-context", verify_none_context},
    {"verify-none-connection", verify_none_connection},
    {"callback-context", callback_context},
    {"callback-connection", callback_connection},
    {"callback-clears-error", callback_clears_error},
    {"cert-verify-callback", cert_verify_callback},
    {"cert-verify-callback-forgives", cert_verify_callback_forgives},
    {"store-callback", store_callback},
    {"first-use", first_use},
    {"verify-result", verify_result},
    {"no-check-time", no_check_time},
    {"store-no-check-time", store_no_check_time},
    {"store-function", store_function},
    {"check-time", check_time},
    {"partial-chain", partial_chain},
    {"trusted-set", trusted_set},
    {"security-level", security_level},
    {"host-names", host_names},
    {"dates", dates},
    {"tls13", tls13},
    {"host-flags", host_flags},
    {"host-forgiven", host_forgiven},
    {"host-strictly-forgiven", host_strictly_forgiven},
    {"host-leading-dot", host_leading_dot},
    {"host-of-another", host_of_another},
    {"host-of-freed-connection", host_of_freed_connection},
    {"host-of-nine", host_of_nine},
    {"no-host", no_host},
    {"old-protocols", old_protocols},
    {"old-protocols-alone", old_protocols_alone},
    {"verifies-all", verifies_all},
    {NULL, NULL},
};
