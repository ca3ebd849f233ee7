/* Contexts that are configured by text: SSL_CONF_cmd(3), and the file that OPENSSL_CONF names. */
#include "client.h"

#include <stdarg.h>

/* Applies pairs of command and value, up to NULL. False: this version knows one of them not. */
static bool configure(SSL_CTX *ctx, const char *command, ...)
{
    va_list rest;
    bool applied = SSL_CONF_CTX_new != NULL;
    if (!applied)
        return false;
    SSL_CONF_CTX *conf = SSL_CONF_CTX_new();
    SSL_CONF_CTX_set_flags(conf, SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_CLIENT | SSL_CONF_FLAG_CERTIFICATE);
    SSL_CONF_CTX_set_ssl_ctx(conf, ctx);
    va_start(rest, command);
    for (; applied && command != NULL; command = va_arg(rest, const char *))
        applied = SSL_CONF_cmd(conf, command, va_arg(rest, const char *)) > 0;
    va_end(rest);
    applied = applied && SSL_CONF_CTX_finish(conf) == 1;
    SSL_CONF_CTX_free(conf);
    return applied;
}

static enum result verify_mode(void)
{
    SSL_CTX *ctx = client_verifying_context();
    return configure(ctx, "VerifyMode", "-Peer", NULL) ? client_talk_to(ctx) : LACKING;
}

static enum result verify_ca_file(void)
{
    SSL_CTX *ctx = client_context();
    return configure(ctx, "VerifyMode", "Peer", "VerifyCAFile", peer.trust, NULL) ? client_talk_to(ctx) : LACKING;
}

static enum result cipher_string(void)
{
    SSL_CTX *ctx = client_context();
    const char *suites = SSL_CTX_set_security_level != NULL ? "aNULL:@SECLEVEL=0" : "aNULL";
    return configure(ctx, "MaxProtocol", "TLSv1.2", "CipherString", suites, NULL) ? client_talk_to(ctx) : LACKING;
}

/* From 1.1.1 on the file's section system_default is for every context; all the program has is a trust anchor. */
static enum result system_default(void)
{
    if (SSL_CONF_CTX_new == NULL || SSL_write_early_data == NULL)
        return LACKING;
    SSL_CTX *ctx = client_context();
    SSL_CTX_load_verify_locations(ctx, peer.trust, NULL);
    return client_talk_to(ctx);
}

const struct row conf_rows[] = {
    {"conf-verify-mode", verify_mode},
    {"conf-verify-ca-file", verify_ca_file},
    {"conf-anonymous", cipher_string},
    {"system-default", system_default},
    {NULL, NULL},
};
