/* DANE (RFC 6698): what a TLSA record says counts; what a program forgives besides does not. */
#include "client.h"

#include <stdio.h>
#include <string.h>

enum { PKIX_EE = 1, DANE_TA = 2, DANE_EE = 3 };
enum { WHOLE_CERTIFICATE = 0, WHOLE_KEY = 1, NO_DIGEST = 0 };

static int forgive(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    (void)ctx;
    return 1;
}

/* The leaf that the server has shown to an earlier run. */
static X509 *leaf_of_saved_session(void)
{
    SSL_SESSION *session = client_load_session();
    return session != NULL ? SSL_SESSION_get0_peer(session) : NULL;
}

static X509 *read_authority(const char *path)
{
    FILE *file = fopen(path, "r");
    X509 *authority = file != NULL ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (file != NULL)
        fclose(file);
    return authority;
}

/* The authority that neither program nor policy know: its file lies beside the other's directory. */
static X509 *read_unknown_authority(void)
{
    char path[4096];
    const char *known = strstr(peer.trust, "/known/");
    snprintf(path, sizeof path, "%.*s/unknown/ca.pem", known != NULL ? (int)(known - peer.trust) : 0, peer.trust);
    return read_authority(path);
}

static int add_record(SSL *ssl, int usage, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = certificate != NULL ? i2d_X509(certificate, &der) : 0;
    return length > 0 ? SSL_dane_tlsa_add(ssl, (uint8_t)usage, WHOLE_CERTIFICATE, NO_DIGEST, der, (size_t)length) : 0;
}

static enum result with_record(int usage, X509 *certificate, int (*callback)(int, X509_STORE_CTX *))
{
    if (SSL_CTX_dane_enable == NULL)
        return LACKING;
    SSL_CTX *ctx = client_context();
    SSL_CTX_dane_enable(ctx);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, callback);
    SSL *ssl = client_connection(ctx);
    SSL_dane_enable(ssl, peer.host);
    if (add_record(ssl, usage, certificate) != 1)
        return MISUSED;
    return client_talk(ssl);
}

static enum result dane_ee(void)
{
    return with_record(DANE_EE, leaf_of_saved_session(), NULL);
}

static enum result dane_ta(void)
{
    return with_record(DANE_TA, read_authority(peer.trust), NULL);
}

static enum result dane_ta_unknown(void)
{
    return with_record(DANE_TA, read_unknown_authority(), NULL);
}

static enum result dane_ta_forgiven(void)
{
    return with_record(DANE_TA, read_authority(peer.trust), forgive);
}

/* Nobody sends a certificate of that key: it is the trust anchor as it stands. */
static enum result dane_ta_bare_key(void)
{
    if (SSL_CTX_dane_enable == NULL)
        return LACKING;
    SSL_CTX *ctx = client_context();
    SSL_CTX_dane_enable(ctx);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL *ssl = client_connection(ctx);
    SSL_dane_enable(ssl, peer.host);
    X509 *authority = read_unknown_authority();
    unsigned char *der = NULL;
    int length = authority != NULL ? i2d_PUBKEY(X509_get_pubkey(authority), &der) : 0;
    if (length <= 0 || SSL_dane_tlsa_add(ssl, DANE_TA, WHOLE_KEY, NO_DIGEST, der, (size_t)length) != 1)
        return MISUSED;
    return client_talk(ssl);
}

static enum result dane_pkix_ee_forgiven(void)
{
    return with_record(PKIX_EE, leaf_of_saved_session(), forgive);
}

static SSL *late_ssl;

/* A record for whatever the server sends. */
static int add_late_record(X509_STORE_CTX *ctx, void *argument)
{
    (void)argument;
    add_record(late_ssl, DANE_EE, X509_STORE_CTX_get0_cert(ctx));
    return X509_verify_cert(ctx);
}

static enum result dane_ee_late(void)
{
    if (SSL_CTX_dane_enable == NULL)
        return LACKING;
    SSL_CTX *ctx = client_context();
    SSL_CTX_dane_enable(ctx);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, add_late_record, NULL);
    late_ssl = client_connection(ctx);
    SSL_dane_enable(late_ssl, peer.host);
    add_record(late_ssl, DANE_EE, read_authority(peer.trust)); /* fits no leaf; libssl looks at none without any */
    return client_talk(late_ssl);
}

const struct row dane_rows[] = {
    {"dane-ee", dane_ee},
    {"dane-ee-late", dane_ee_late},
    {"dane-ta", dane_ta},
    {"dane-ta-unknown", dane_ta_unknown},
    {"dane-ta-bare-key", dane_ta_bare_key},
    {"dane-ta-forgiven", dane_ta_forgiven},
    {"dane-pkix-ee-forgiven", dane_pkix_ee_forgiven},
    {NULL, NULL},
};
