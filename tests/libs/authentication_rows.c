/* Handshakes without a certificate: anonymous suites, pre-shared keys, SRP, raw public keys. */
#include "client.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned known_key(SSL *ssl, const char *hint, char *identity, unsigned identity_size, unsigned char *key,
                          unsigned key_size)
{
    (void)ssl;
    (void)hint;
    snprintf(identity, identity_size, "client");
    memset(key, 7, key_size < 16 ? key_size : 16);
    return 16;
}

/* The suites, at any security level, up to TLS 1.2. False: this libssl has none of them. */
static bool speak_suites(SSL_CTX *ctx, const char *suites)
{
    char list[64];
    snprintf(list, sizeof list, "%s%s", suites, SSL_CTX_set_security_level != NULL ? ":@SECLEVEL=0" : "");
    client_speak_at_most(ctx, TLS1_2_VERSION);
    if (SSL_CTX_set_cipher_list(ctx, list) == 1)
        return true;
    ERR_clear_error();
    return false;
}

static enum result with_suites(SSL_CTX *ctx, const char *suites)
{
    return speak_suites(ctx, suites) ? client_talk_to(ctx) : LACKING;
}

/* The first peer may refuse us for the way we authenticate, the second one, for which that is allowed, may not. */
static enum result connection_after_refusal(SSL *ssl)
{
    if (client_talk(ssl) == TALKED)
        return TALKED;
    ERR_clear_error();
    close(SSL_get_fd(ssl)); /* where no suite is left to offer, 1.0.2 tells the peer nothing */
    SSL_clear(ssl);
    client_reach(ssl, peer.other_host, peer.other_port);
    return client_say(ssl, "second") == TALKED ? REFUSED : MISUSED;
}

static enum result after_refusal(SSL_CTX *ctx)
{
    return connection_after_refusal(client_connection(ctx));
}

static enum result anonymous(void)
{
    return with_suites(client_context(), "aNULL");
}

static enum result anonymous_too(void)
{
    return with_suites(client_context(), SSL_CTX_set_security_level != NULL ? "aNULL:ECDHE" : "aNULL:EECDH");
}

/* A callback sets them when the handshake has begun. */
static void set_suites(const SSL *ssl, int where, int value)
{
    static bool done;
    (void)value;
    if (where != SSL_CB_CONNECT_LOOP || done)
        return;
    done = true;
    SSL_set_cipher_list((SSL *)ssl, SSL_CTX_set_security_level != NULL ? "aNULL:@SECLEVEL=0" : "aNULL");
}

/* ... and a write has it done. */
static enum result anonymous_on_the_way(bool has_two_bios)
{
    char buffer[64];
    SSL_CTX *ctx = client_context();
    client_speak_at_most(ctx, TLS1_2_VERSION);
    SSL_CTX_set_info_callback(ctx, set_suites);
    SSL *ssl = client_connection(ctx);
    int fd = SSL_get_fd(ssl);
    if (has_two_bios)
        SSL_set_bio(ssl, BIO_new_socket(fd, 0), BIO_new_socket(fd, 0));
    SSL_set_connect_state(ssl);
    int written = SSL_write(ssl, peer.token, (int)strlen(peer.token));
    bool talked = written > 0 && SSL_read(ssl, buffer, sizeof buffer) > 0;
    SSL_free(ssl);
    close(fd);
    return talked ? TALKED : client_fails("write");
}

static enum result anonymous_on_the_way_to_write(void)
{
    return anonymous_on_the_way(false);
}

static enum result anonymous_on_the_way_own_bios(void)
{
    return anonymous_on_the_way(true);
}

static enum result anonymous_after_refusal(void)
{
    SSL_CTX *ctx = client_context();
    return speak_suites(ctx, "aNULL") ? after_refusal(ctx) : LACKING;
}

static SSL_CTX *psk_at_most(int version)
{
    SSL_CTX *ctx = client_context();
    client_speak_at_most(ctx, version);
    SSL_CTX_set_psk_client_callback(ctx, known_key);
    return ctx;
}

static enum result psk_tls12(void)
{
    return SSL_CTX_set_psk_client_callback != NULL ? client_talk_to(psk_at_most(TLS1_2_VERSION)) : LACKING;
}

static enum result psk_tls13(void)
{
    return SSL_CTX_set_psk_use_session_callback != NULL ? client_talk_to(psk_at_most(TLS1_3_VERSION)) : LACKING;
}

static enum result psk_after_refusal(void)
{
    return SSL_CTX_set_psk_client_callback != NULL ? after_refusal(psk_at_most(TLS1_2_VERSION)) : LACKING;
}

/* The same key as a session that was never negotiated. */
static int known_session(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,
                         SSL_SESSION **session)
{
    static const unsigned char key[16] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    static const unsigned char aes_128_gcm_sha256[] = {0x13, 0x01};
    (void)digest;
    *identity = (const unsigned char *)"client";
    *length = 6;
    *session = SSL_SESSION_new();
    SSL_SESSION_set1_master_key(*session, key, sizeof key);
    SSL_SESSION_set_cipher(*session, SSL_CIPHER_find(ssl, aes_128_gcm_sha256));
    SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION);
    return 1;
}

static SSL_CTX *psk_session_context(void)
{
    SSL_CTX *ctx = client_context();
    SSL_CTX_set_psk_use_session_callback(ctx, known_session);
    return ctx;
}

static enum result psk_session(void)
{
    return SSL_CTX_set_psk_use_session_callback != NULL ? client_talk_to(psk_session_context()) : LACKING;
}

static enum result psk_session_after_refusal(void)
{
    return SSL_CTX_set_psk_use_session_callback != NULL ? after_refusal(psk_session_context()) : LACKING;
}

/* Set on the connection itself, whose context knows of none. */
static enum result psk_session_of_connection(void)
{
    if (SSL_set_psk_use_session_callback == NULL)
        return LACKING;
    SSL *ssl = client_connection(client_context());
    SSL_set_psk_use_session_callback(ssl, known_session);
    return client_talk(ssl);
}

static int no_session(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,
                      SSL_SESSION **session)
{
    (void)ssl;
    (void)digest;
    (void)identity;
    (void)length;
    *session = NULL;
    return 1;
}

/* The context has another callback by the handshake, which was never this connection's. */
static enum result psk_session_of_then(void)
{
    if (SSL_CTX_set_psk_use_session_callback == NULL)
        return LACKING;
    SSL_CTX *ctx = psk_session_context();
    SSL *ssl = client_connection(ctx);
    SSL_CTX_set_psk_use_session_callback(ctx, no_session);
    return client_talk(ssl);
}

/* ... or none, when it goes to a peer for which such keys are allowed. */
static enum result psk_of_then_after_refusal(void)
{
    if (SSL_CTX_set_psk_client_callback == NULL)
        return LACKING;
    SSL_CTX *ctx = psk_at_most(TLS1_2_VERSION);
    SSL *ssl = client_connection(ctx);
    SSL_CTX_set_psk_client_callback(ctx, NULL);
    return connection_after_refusal(ssl);
}

/* A session that a pre-shared key led to brings no certificate either. */
static enum result psk_session_resumed(void)
{
    if (SSL_CTX_set_psk_use_session_callback == NULL)
        return LACKING;
    SSL *first = SSL_new(psk_session_context());
    client_reach(first, peer.other_host, peer.other_port);
    if (client_say(first, "first") != TALKED)
        return MISUSED;
    SSL *second = client_connection(client_context());
    SSL_set_session(second, SSL_get1_session(first));
    return client_talk(second);
}

static enum result with_srp(const char *suites)
{
    char user[] = "client", password[] = "password";
    SSL_CTX *ctx = client_context();
    if (SSL_CTX_set_srp_username == NULL || SSL_CTX_set_srp_username(ctx, user) != 1)
        return LACKING;
    SSL_CTX_set_srp_password(ctx, password);
    return with_suites(ctx, suites);
}

static enum result srp(void)
{
    return with_srp("aSRP");
}

static enum result srp_certificate(void)
{
    return with_srp("SRP+aRSA");
}

static enum result raw_public_key(void)
{
    SSL_CTX *ctx = client_raw_public_key_context();
    return ctx != NULL ? client_talk_to(ctx) : LACKING;
}

const struct row authentication_rows[] = {
    {"anonymous", anonymous},
    {"anonymous-too", anonymous_too},
    {"anonymous-on-the-way", anonymous_on_the_way_to_write},
    {"anonymous-on-the-way-own-bios", anonymous_on_the_way_own_bios},
    {"psk-tls12", psk_tls12},
    {"psk-tls13", psk_tls13},
    {"psk-session", psk_session},
    {"psk-session-of-then", psk_session_of_then},
    {"psk-of-then-after-refusal", psk_of_then_after_refusal},
    {"psk-session-of-connection", psk_session_of_connection},
    {"psk-session-resumed", psk_session_resumed},
    {"anonymous-after-refusal", anonymous_after_refusal},
    {"psk-after-refusal", psk_after_refusal},
    {"psk-session-after-refusal", psk_session_after_refusal},
    {"srp", srp},
    {"srp-certificate", srp_certificate},
    {"raw-public-key", raw_public_key},
    {NULL, NULL},
};
