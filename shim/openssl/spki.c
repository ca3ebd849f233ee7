#include "openssl/spki.h"

#include "openssl/spki_memory.h"

#include <stdlib.h>

/* The SubjectPublicKeyInfo of one of the two, written and counted as by i2d_X509(3); of a certificate, as signed. */
static int encode(const struct openssl_api *api, const X509 *certificate, EVP_PKEY *key, unsigned char **end)
{
    if (certificate != NULL)
        return api->i2d_X509_PUBKEY(api->X509_get_X509_PUBKEY(certificate), end);
    return api->i2d_PUBKEY(key, end);
}

static bool hash(const struct decoder *decoder, const unsigned char *spki, size_t length, unsigned char *digest)
{
    if (spki_memory_find(spki, length, digest))
        return true;
    if (!api_sha256(decoder->api, decoder->library_context, decoder->properties, spki, length, digest))
        return false;
    spki_memory_keep(spki, length, digest);
    return true;
}

static bool encode_and_hash(const struct decoder *decoder, const X509 *certificate, EVP_PKEY *key,
                            unsigned char *digest)
{
    const struct openssl_api *api = decoder->api;
    int length = encode(api, certificate, key, NULL);
    unsigned char *spki = length > 0 ? malloc((size_t)length) : NULL;
    unsigned char *end = spki;
    bool hashed =
        spki != NULL && encode(api, certificate, key, &end) == length && hash(decoder, spki, (size_t)length, digest);
    free(spki);
    return hashed;
}

bool spki_digest_of_key(const struct decoder *decoder, EVP_PKEY *key, unsigned char digest[static SPKI_DIGEST_SIZE])
{
    return key != NULL && decoder->api->i2d_PUBKEY != NULL && encode_and_hash(decoder, NULL, key, digest);
}

bool spki_digest_of_certificate(const struct decoder *decoder, X509 *certificate,
                                unsigned char digest[static SPKI_DIGEST_SIZE])
{
    const struct openssl_api *api = decoder->api;
    if (api->X509_get_X509_PUBKEY != NULL && api->i2d_X509_PUBKEY != NULL)
        return encode_and_hash(decoder, certificate, NULL, digest);
    if (api->X509_get_pubkey == NULL || api->EVP_PKEY_free == NULL)
        return false;
    EVP_PKEY *key = api->X509_get_pubkey(certificate); /* 1.0.2 */
    bool hashed = spki_digest_of_key(decoder, key, digest);
    api->EVP_PKEY_free(key);
    return hashed;
}

void spki_pin_of_key(const struct decoder *decoder, EVP_PKEY *key, char pin[static SPKI_PIN_SIZE])
{
    unsigned char digest[SPKI_DIGEST_SIZE];
    pin[0] = '\0';
    if (spki_digest_of_key(decoder, key, digest))
        spki_pin_format(digest, pin);
}

void spki_pin_of_certificate(const struct decoder *decoder, X509 *certificate, char pin[static SPKI_PIN_SIZE])
{
    unsigned char digest[SPKI_DIGEST_SIZE];
    pin[0] = '\0';
    if (spki_digest_of_certificate(decoder, certificate, digest))
        spki_pin_format(digest, pin);
}
