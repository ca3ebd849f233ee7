/* Handshakes without a certificate: anonymous suites, pre-shared keys, SRP, raw public keys. */
#include "client.h"

#include <stdio.h>
#include <string.h>

static unsigned known_key(SSL *ssl, const char *hint, char *identity, unsigned identity_size, unsigned char *key,
                          unsigned key_size)
{
    (void)ssl;
    (void)hint;
    snprintf(identity, identity_size, "client");
    memset(key, 7, key_size < 16 ? key_size : 16);
    return 16;
}

static enum result with_suites(const char *suites)
{
    SSL_CTX *ctx = client_context();
    client_speak_at_most(ctx, TLS1_2_VERSION);
    if (SSL_CTX_set_cipher_list(ctx, suites) != 1) {
        ERR_clear_error();
        return LACKING;
    }
    return client_talk_to(ctx);
}

static enum result anonymous(void)
{
    return with_suites(SSL_CTX_set_security_level != NULL ? "aNULL:@SECLEVEL=0" : "aNULL");
}

static enum result anonymous_too(void)
{
    return with_suites(SSL_CTX_set_security_level != NULL ? "aNULL:ECDHE:@SECLEVEL=0" : "aNULL:ECDHE");
}

static enum result psk_at_most(int version)
{
    if (SSL_CTX_set_psk_client_callback == NULL)
        return LACKING;
    SSL_CTX *ctx = client_context();
    client_speak_at_most(ctx, version);
    SSL_CTX_set_psk_client_callback(ctx, known_key);
    return client_talk_to(ctx);
}

static enum result psk_tls12(void)
{
    return psk_at_most(TLS1_2_VERSION);
}

static enum result psk_tls13(void)
{
    return SSL_write_early_data != NULL ? psk_at_most(TLS1_3_VERSION) : LACKING;
}

static enum result raw_public_key(void)
{
    SSL_CTX *ctx = client_raw_public_key_context();
    return ctx != NULL ? client_talk_to(ctx) : LACKING;
}

const struct row authentication_rows[] = {
    {"anonymous", anonymous}, {"anonymous-too", anonymous_too},   {"psk-tls12", psk_tls12},
    {"psk-tls13", psk_tls13}, {"raw-public-key", raw_public_key}, {NULL, NULL},
};
