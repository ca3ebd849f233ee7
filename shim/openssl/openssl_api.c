#include "openssl/openssl_api.h"

#include "trust/name_key.h"

#include <stdlib.h>
#include <string.h>

/* The name is in the row itself: a pointer would cost a relocation in every process, with or without TLS. */
struct row {
    char name[40];
    size_t offset;
    bool required;
};

static const struct row rows[] = {
#define REQUIRED(type, name, parameters) {#name, offsetof(struct openssl_api, name), true},
#define OPTIONAL(type, name, parameters) {#name, offsetof(struct openssl_api, name), false},
#include "openssl/openssl_api.def"
#undef REQUIRED
#undef OPTIONAL
};

/* What was renamed over time: one of the two must be there. */
static const char *missing_alternative(const struct openssl_api *api)
{
    if (!api->OPENSSL_sk_num && !api->sk_num)
        return "OPENSSL_sk_num";
    if (!api->OPENSSL_sk_value && !api->sk_value)
        return "OPENSSL_sk_value";
    if (!api->X509_NAME_hash && !api->X509_NAME_hash_ex)
        return "X509_NAME_hash_ex";
    return NULL;
}

const char *openssl_api_bind(struct openssl_api *api, symbol_lookup lookup, void *arg)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *function = lookup(rows[i].name, arg);
        if (!function && rows[i].required)
            return rows[i].name;
        /* POSIX lets a function pointer travel through void *, ISO C has no cast for it. */
        memcpy((char *)api + rows[i].offset, &function, sizeof(function));
    }
    return missing_alternative(api);
}

const unsigned char *api_string_data(const struct openssl_api *api, const ASN1_STRING *string)
{
    if (api->ASN1_STRING_get0_data)
        return api->ASN1_STRING_get0_data(string);
    return api->ASN1_STRING_data ? api->ASN1_STRING_data((ASN1_STRING *)string) : NULL;
}

int api_stack_num(const struct openssl_api *api, const STACK *stack)
{
    return api->OPENSSL_sk_num ? api->OPENSSL_sk_num(stack) : api->sk_num(stack);
}

void *api_stack_value(const struct openssl_api *api, const STACK *stack, int index)
{
    return api->OPENSSL_sk_value ? api->OPENSSL_sk_value(stack, index) : api->sk_value(stack, index);
}

bool api_name_hash(const struct openssl_api *api, X509_NAME *name, void *library_context, const char *properties,
                   unsigned long *hash)
{
    int done = 1;
    *hash = api->X509_NAME_hash_ex ? api->X509_NAME_hash_ex(name, library_context, properties, &done)
                                   : api->X509_NAME_hash(name);
    *hash &= 0xffffffffUL; /* BoringSSL's returns 32 bits; the rest of the register is not defined then */
    return done == 1;
}

bool api_subject_key(const struct openssl_api *api, X509_NAME *name, uint64_t *key)
{
    int length = api->i2d_X509_NAME(name, NULL);
    unsigned char *der = length > 0 ? malloc((size_t)length) : NULL;
    unsigned char *end = der;
    bool encoded = der && api->i2d_X509_NAME(name, &end) == length;
    if (encoded)
        *key = subject_key(der, (size_t)length);
    free(der);
    return encoded;
}

bool api_sha256(const struct openssl_api *api, void *library_context, const char *properties, const void *data,
                size_t length, unsigned char digest[static API_SHA256_SIZE])
{
    unsigned char bytes[64];
    unsigned used = 0;
    size_t used_by_name = 0;
    bool done = false;
    if (api->EVP_Q_digest) {
        done = api->EVP_Q_digest(library_context, "SHA256", properties, data, length, bytes, &used_by_name) == 1 &&
               used_by_name == API_SHA256_SIZE;
    } else if (api->EVP_Digest) {
        done = api->EVP_Digest(data, length, bytes, &used, api->EVP_sha256(), NULL) == 1 && used == API_SHA256_SIZE;
    }
    if (done)
        memcpy(digest, bytes, API_SHA256_SIZE);
    return done;
}

bool api_certificate_sha1(const struct openssl_api *api, const X509 *certificate,
                          unsigned char digest[static API_SHA1_SIZE])
{
    unsigned length = 0;
    return api->X509_digest(certificate, api->EVP_sha1(), digest, &length) == 1 && length == API_SHA1_SIZE;
}

bool api_certificate_sha256(const struct openssl_api *api, const X509 *certificate,
                            unsigned char digest[static API_SHA256_SIZE])
{
    unsigned length = 0;
    return api->X509_digest(certificate, api->EVP_sha256(), digest, &length) == 1 && length == API_SHA256_SIZE;
}

STACK *api_stack_of_one(const struct openssl_api *api, X509 *certificate)
{
    STACK *stack = api->OPENSSL_sk_new_null ? api->OPENSSL_sk_new_null() : api->sk_new_null();
    if (!stack)
        return NULL;
    int length = api->OPENSSL_sk_push ? api->OPENSSL_sk_push(stack, certificate) : api->sk_push(stack, certificate);
    if (length == 1)
        return stack;
    api_stack_free(api, stack);
    return NULL;
}

void api_stack_free(const struct openssl_api *api, STACK *stack)
{
    if (api->OPENSSL_sk_free)
        api->OPENSSL_sk_free(stack);
    else
        api->sk_free(stack);
}

void api_certificates_free(const struct openssl_api *api, STACK *certificates)
{
    if (certificates == NULL)
        return;
    for (int i = 0; i < api_stack_num(api, certificates); i++)
        api->X509_free(api_stack_value(api, certificates, i));
    api_stack_free(api, certificates);
}
