#include "openssl/describe.h"

#include "process/hex.h"

#include <stdio.h>
#include <string.h>

static void describe_name(const struct openssl_api *api, const X509_NAME *name, char *text, size_t size)
{
    char *data = NULL;
    BIO *memory = api->BIO_new(api->BIO_s_mem());
    if (memory == NULL)
        return;
    if (api->X509_NAME_print_ex(memory, name, 0, NAME_PRINT_FLAGS) >= 0) {
        long length = api->BIO_ctrl(memory, BIO_CTRL_INFO, 0, (void *)&data);
        size_t used = length > 0 ? (size_t)length : 0;
        if (used > size - 1)
            used = size - 1;
        if (data != NULL)
            memcpy(text, data, used);
        text[used] = '\0';
    }
    api->BIO_free(memory);
}

/* GeneralizedTime "20270331235959Z" (RFC 5280, 4.1.2.5.2) to "2027-03-31T23:59:59Z". */
static void describe_time(const struct openssl_api *api, X509 *certificate, char *text, size_t size)
{
    ASN1_TIME *time = api->X509_get0_notAfter != NULL
                          ? api->ASN1_TIME_to_generalizedtime(api->X509_get0_notAfter(certificate), NULL)
                          : NULL;
    if (time == NULL)
        return;
    const char *digits = (const char *)(api->ASN1_STRING_get0_data != NULL ? api->ASN1_STRING_get0_data(time)
                                                                           : api->ASN1_STRING_data(time));
    if (api->ASN1_STRING_length(time) >= 14)
        snprintf(text, size, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits, digits + 4, digits + 6, digits + 8, digits + 10,
                 digits + 12);
    api->ASN1_STRING_free(time);
}

void describe_certificate(const struct openssl_api *api, X509 *certificate, struct certificate_text *text)
{
    unsigned char digest[API_SHA256_SIZE];
    *text = (struct certificate_text){0};
    if (certificate == NULL)
        return;
    describe_name(api, api->X509_get_subject_name(certificate), text->subject, sizeof text->subject);
    describe_name(api, api->X509_get_issuer_name(certificate), text->issuer, sizeof text->issuer);
    describe_time(api, certificate, text->not_after, sizeof text->not_after);
    if (api_certificate_sha256(api, certificate, digest))
        hex_print(digest, sizeof digest, HEX_UPPER, text->sha256);
}
