#include "openssl/describe.h"

#include "process/loader.h"

#include <stdio.h>
#include <string.h>

void describe_bytes(const unsigned char *bytes, size_t length, const char digits[static 16], char *text)
{
    for (size_t i = 0; i < length; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    text[2 * length] = '\0';
}

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
        describe_bytes(digest, sizeof digest, "0123456789ABCDEF", text->sha256);
}

void describe_call_site(const void *address, struct call_site_text *text)
{
    const struct loaded_object *object = &text->object;
    char build_id[2 * BUILD_ID_MAX + 1];
    text->text[0] = '\0';
    if (address == NULL || !loader_object_at(address, &text->object))
        return;
    describe_bytes(object->build_id, object->build_id_length, "0123456789abcdef", build_id);
    snprintf(text->text, sizeof text->text, "%s+0x%lx%s%s%s", object->path[0] != '\0' ? object->path : "program",
             (unsigned long)((uintptr_t)address - object->base), build_id[0] != '\0' ? " (" : "", build_id,
             build_id[0] != '\0' ? ")" : "");
}
