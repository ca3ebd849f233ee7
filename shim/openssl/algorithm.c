#include "openssl/algorithm.h"

#include <stdio.h>
#include <string.h>

/* Text stands in the rows themselves: a pointer would cost a relocation in every process, with or without TLS. */
struct named {
    char identifier[24];
    char name[16];
};

/* RFC 8017, RFC 5480, RFC 8410, RFC 3279, RFC 9881 */
static const struct named keys[] = {
    {"1.2.840.113549.1.1.1", "RSA"},
    {"1.2.840.113549.1.1.10", "RSASSA-PSS"},
    {"1.2.840.10045.2.1", "ECDSA"},
    {"1.3.101.112", "Ed25519"},
    {"1.3.101.113", "Ed448"},
    {"1.2.840.10040.4.1", "DSA"},
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44"},
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65"},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87"},
    {"", ""},
};

static const struct named signatures[] = {
    {"1.2.840.113549.1.1.2", "MD2-RSA"},
    {"1.2.840.113549.1.1.4", "MD5-RSA"},
    {"1.2.840.113549.1.1.5", "SHA1-RSA"},
    {"1.2.840.113549.1.1.10", "RSAPSS"},
    {"1.2.840.113549.1.1.11", "SHA256-RSA"},
    {"1.2.840.113549.1.1.12", "SHA384-RSA"},
    {"1.2.840.113549.1.1.13", "SHA512-RSA"},
    {"1.2.840.113549.1.1.14", "SHA224-RSA"},
    {"1.2.840.10045.4.1", "ECDSA-SHA1"},
    {"1.2.840.10045.4.3.1", "ECDSA-SHA224"},
    {"1.2.840.10045.4.3.2", "ECDSA-SHA256"},
    {"1.2.840.10045.4.3.3", "ECDSA-SHA384"},
    {"1.2.840.10045.4.3.4", "ECDSA-SHA512"},
    {"1.2.840.10040.4.3", "DSA-SHA1"},
    {"2.16.840.1.101.3.4.3.2", "DSA-SHA256"},
    {"1.3.101.112", "Ed25519"},
    {"1.3.101.113", "Ed448"},
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44"},
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65"},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87"},
    {"", ""},
};

/* SEC 2, RFC 5639, RFC 8410 */
static const struct named curves[] = {
    {"1.2.840.10045.3.1.1", "secp192r1"},
    {"1.3.132.0.33", "secp224r1"},
    {"1.3.132.0.10", "secp256k1"},
    {"1.2.840.10045.3.1.7", "secp256r1"},
    {"1.3.132.0.34", "secp384r1"},
    {"1.3.132.0.35", "secp521r1"},
    {"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"},
    {"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"},
    {"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"},
    {"1.2.156.10197.1.301", "curveSM2"},
    {"1.3.101.110", "x25519"},
    {"1.3.101.111", "x448"},
    {"1.3.101.112", "Ed25519"},
    {"1.3.101.113", "Ed448"},
    {"", ""},
};

/* False where it has none of the names in the table: then what the library calls it, or nothing where it does not. */
static bool name_object(const struct openssl_api *api, const ASN1_OBJECT *object, const struct named *table,
                        char name[static ALGORITHM_NAME_MAX])
{
    char identifier[ALGORITHM_NAME_MAX] = "";
    name[0] = '\0';
    if (object == NULL || api->OBJ_obj2txt == NULL || api->OBJ_obj2txt(identifier, sizeof identifier, object, 1) <= 0)
        return false;
    for (; table->name[0] != '\0'; table++) {
        if (strcmp(table->identifier, identifier) == 0) {
            snprintf(name, ALGORITHM_NAME_MAX, "%s", table->name);
            return true;
        }
    }
    api->OBJ_obj2txt(name, ALGORITHM_NAME_MAX, object, 0);
    return false;
}

/* A curve is named by the parameters, or it is the algorithm itself. */
static void name_key(const struct openssl_api *api, const X509_PUBKEY *key, struct key_text *text)
{
    X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *object = NULL;
    const void *parameters = NULL;
    int type = 0;
    char curve[ALGORITHM_NAME_MAX];
    if (api->X509_PUBKEY_get0_param == NULL || api->X509_ALGOR_get0 == NULL || key == NULL ||
        api->X509_PUBKEY_get0_param(&object, NULL, NULL, &algorithm, key) != 1)
        return;
    name_object(api, object, keys, text->algorithm);
    if (name_object(api, object, curves, curve)) {
        memcpy(text->curve, curve, sizeof curve);
        return;
    }
    api->X509_ALGOR_get0(NULL, &type, &parameters, algorithm);
    if (strcmp(text->algorithm, "ECDSA") == 0 && type == V_ASN1_OBJECT)
        name_object(api, parameters, curves, text->curve);
}

static unsigned size_of_key(const struct openssl_api *api, const EVP_PKEY *key)
{
    int bits = api->EVP_PKEY_get_bits != NULL ? api->EVP_PKEY_get_bits(key)
               : api->EVP_PKEY_bits != NULL   ? api->EVP_PKEY_bits(key)
                                              : 0;
    return bits > 0 ? (unsigned)bits : 0;
}

void algorithm_of_key(const struct openssl_api *api, EVP_PKEY *key, struct key_text *text)
{
    X509_PUBKEY *encoded = NULL;
    *text = (struct key_text){0};
    if (key == NULL)
        return;
    text->bits = size_of_key(api, key);
    if (api->X509_PUBKEY_set != NULL && api->X509_PUBKEY_free != NULL && api->X509_PUBKEY_set(&encoded, key) == 1) {
        name_key(api, encoded, text);
        api->X509_PUBKEY_free(encoded);
    }
}

/* Of a key that the library does not know it still tells the name. */
void algorithm_of_certificate_key(const struct openssl_api *api, X509 *certificate, struct key_text *text)
{
    *text = (struct key_text){0};
    EVP_PKEY *key =
        api->X509_get_pubkey != NULL && api->EVP_PKEY_free != NULL ? api->X509_get_pubkey(certificate) : NULL;
    if (api->X509_get_X509_PUBKEY == NULL) {
        algorithm_of_key(api, key, text); /* 1.0.2 */
    } else {
        name_key(api, api->X509_get_X509_PUBKEY(certificate), text);
        text->bits = key != NULL ? size_of_key(api, key) : 0;
    }
    if (key != NULL)
        api->EVP_PKEY_free(key);
}

/* RFC 4055: of RSASSA-PSS the identifier does not name the digest. */
static const char *name_of_pss(const struct openssl_api *api, X509 *certificate)
{
    int digest = 0;
    if (api->X509_get_signature_info == NULL ||
        api->X509_get_signature_info(certificate, &digest, NULL, NULL, NULL) != 1)
        return "RSAPSS";
    return digest == NID_sha256   ? "SHA256-RSAPSS"
           : digest == NID_sha384 ? "SHA384-RSAPSS"
           : digest == NID_sha512 ? "SHA512-RSAPSS"
                                  : "RSAPSS";
}

void algorithm_of_signature(const struct openssl_api *api, X509 *certificate, char name[static ALGORITHM_NAME_MAX])
{
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *object = NULL;
    name[0] = '\0';
    if (api->X509_get0_signature == NULL || api->X509_ALGOR_get0 == NULL)
        return;
    api->X509_get0_signature(NULL, &algorithm, certificate);
    api->X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    name_object(api, object, signatures, name);
    if (strcmp(name, "RSAPSS") == 0)
        snprintf(name, ALGORITHM_NAME_MAX, "%s", name_of_pss(api, certificate));
}
