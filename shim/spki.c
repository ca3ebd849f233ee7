#include "spki.h"

#include <stdlib.h>

/* The SubjectPublicKeyInfo of one of the two, written and counted as by i2d_X509(3); of a certificate, as signed. */
static int encode(const struct openssl_api *api, const X509 *certificate, EVP_PKEY *key, unsigned char **end)
{
    if (certificate != NULL)
        return api->i2d_X509_PUBKEY(api->X509_get_X509_PUBKEY(certificate), end);
    return api->i2d_PUBKEY(key, end);
}

static void hash(const struct openssl_api *api, const X509 *certificate, EVP_PKEY *key, char *pin)
{
    unsigned char digest[64];
    unsigned digest_length = 0;
    int length = encode(api, certificate, key, NULL);
    unsigned char *spki = length > 0 ? malloc((size_t)length) : NULL;
    unsigned char *end = spki;
    if (spki != NULL && encode(api, certificate, key, &end) == length &&
        api->EVP_Digest(spki, (size_t)length, digest, &digest_length, api->EVP_sha256(), NULL) == 1 &&
        digest_length == SPKI_DIGEST_SIZE)
        spki_pin_format(digest, pin);
    free(spki);
}

void spki_pin_of_key(const struct openssl_api *api, EVP_PKEY *key, char pin[static SPKI_PIN_SIZE])
{
    pin[0] = '\0';
    if (key != NULL && api->i2d_PUBKEY != NULL && api->EVP_Digest != NULL)
        hash(api, NULL, key, pin);
}

void spki_pin_of_certificate(const struct openssl_api *api, X509 *certificate, char pin[static SPKI_PIN_SIZE])
{
    pin[0] = '\0';
    if (api->X509_get_X509_PUBKEY != NULL && api->i2d_X509_PUBKEY != NULL && api->EVP_Digest != NULL) {
        hash(api, certificate, NULL, pin);
    } else if (api->X509_get_pubkey != NULL && api->EVP_PKEY_free != NULL) { /* 1.0.2 */
        EVP_PKEY *key = api->X509_get_pubkey(certificate);
        spki_pin_of_key(api, key, pin);
        api->EVP_PKEY_free(key);
    }
}
