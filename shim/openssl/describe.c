#include "openssl/describe.h"

#include "openssl/algorithm.h"
#include "peer/ip.h"
#include "process/hex.h"

#include <stdio.h>
#include <string.h>

void describe_name(const struct openssl_api *api, const X509_NAME *name, char *text, size_t size)
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
static void describe_time(const struct openssl_api *api, const ASN1_TIME *encoded, char text[static 32])
{
    ASN1_TIME *time = api->ASN1_TIME_to_generalizedtime(encoded, NULL);
    if (time == NULL)
        return;
    const char *digits = (const char *)api_string_data(api, time);
    if (digits != NULL && api->ASN1_STRING_length(time) >= 14)
        snprintf(text, 32, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits, digits + 4, digits + 6, digits + 8, digits + 10,
                 digits + 12);
    api->ASN1_STRING_free(time);
}

void describe_end(const struct openssl_api *api, X509 *certificate, char text[static 32])
{
    if (api->X509_get0_notAfter != NULL)
        describe_time(api, api->X509_get0_notAfter(certificate), text);
}

static void describe_validity(const struct openssl_api *api, X509 *certificate, struct certificate_text *text)
{
    int days = 0, seconds = 0;
    if (api->X509_get0_notBefore != NULL)
        describe_time(api, api->X509_get0_notBefore(certificate), text->not_before);
    describe_end(api, certificate, text->not_after);
    if (api->X509_get0_notAfter != NULL && api->ASN1_TIME_diff != NULL &&
        api->ASN1_TIME_diff(&days, &seconds, NULL, api->X509_get0_notAfter(certificate)) == 1) {
        text->end_known = true;
        text->days_left = days < 0 || seconds < 0 ? days - 1 : days;
    }
}

/* The last of them, which X.501 has nearest to the name's owner. */
static void describe_attribute(const struct openssl_api *api, const X509_NAME *name, int kind, char *text, size_t size)
{
    unsigned char *utf8 = NULL;
    int found = -1;
    if (api->X509_NAME_get_index_by_NID == NULL || api->X509_NAME_get_entry == NULL ||
        api->X509_NAME_ENTRY_get_data == NULL || api->ASN1_STRING_to_UTF8 == NULL || api->CRYPTO_free == NULL)
        return;
    for (int next = -1; (next = api->X509_NAME_get_index_by_NID(name, kind, next)) >= 0;)
        found = next;
    const X509_NAME_ENTRY *entry = found >= 0 ? api->X509_NAME_get_entry(name, found) : NULL;
    int length = entry != NULL ? api->ASN1_STRING_to_UTF8(&utf8, api->X509_NAME_ENTRY_get_data(entry)) : -1;
    for (int i = 0; i < length && (size_t)i < size - 1; i++)
        text[i] = (char)(utf8[i] != '\0' ? utf8[i] : 0xff); /* what is no UTF-8 hides nothing behind it */
    if (length >= 0)
        api->CRYPTO_free(utf8, "", 0);
}

static void describe_issuer(const struct openssl_api *api, X509 *certificate, struct certificate_text *text)
{
    const X509_NAME *issuer = api->X509_get_issuer_name(certificate);
    describe_name(api, issuer, text->issuer, sizeof text->issuer);
    describe_attribute(api, issuer, NID_commonName, text->issuer_common_name, sizeof text->issuer_common_name);
    describe_attribute(api, issuer, NID_organizationName, text->issuer_organization, sizeof text->issuer_organization);
    describe_attribute(api, issuer, NID_countryName, text->issuer_country, sizeof text->issuer_country);
}

/* RFC 5280, section 4.1.2.2: at most 20 bytes, and positive; others are told, too. */
static void describe_serial_number(const struct openssl_api *api, X509 *certificate, struct certificate_text *text)
{
    enum { BYTES_MAX = 40 };
    const ASN1_STRING *number = api->X509_get_serialNumber != NULL ? api->X509_get_serialNumber(certificate) : NULL;
    const unsigned char *bytes = number != NULL ? api_string_data(api, number) : NULL;
    int length = bytes != NULL ? api->ASN1_STRING_length(number) : 0;
    if (length <= 0)
        return;
    bool is_negative = api->ASN1_STRING_type != NULL && api->ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER;
    bool is_long = length > BYTES_MAX;
    char digits[2 * BYTES_MAX + 1];
    hex_print(bytes, is_long ? BYTES_MAX - 1 : (size_t)length, HEX_UPPER, digits);
    snprintf(text->serial_number, sizeof text->serial_number, "%s%s%s", is_negative ? "-" : "", digits,
             is_long ? "\u2026" : "");
}

/* 4 bytes or 16; what has others is no address, and has no text. */
static void add_address(struct alternative_names *names, const unsigned char *bytes, int length)
{
    char text[INET6_ADDRSTRLEN];
    struct ip ip;
    bool is_address = ip_from_bytes(length == 4 ? AF_INET : length == 16 ? AF_INET6 : AF_UNSPEC, bytes, &ip);
    if (is_address)
        ip_print(&ip, text);
    alternative_names_add(names, is_address ? text : NULL, is_address ? strlen(text) : 0);
}

static void add_alternative_name(const struct openssl_api *api, const void *name, struct alternative_names *names)
{
    int type = -1;
    const ASN1_STRING *value = api->GENERAL_NAME_get0_value(name, &type);
    bool is_text = type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI;
    const unsigned char *bytes = is_text || type == GEN_IPADD ? api_string_data(api, value) : NULL;
    int length = bytes != NULL ? api->ASN1_STRING_length(value) : 0;
    if (type == GEN_IPADD && bytes != NULL)
        add_address(names, bytes, length);
    else
        alternative_names_add(names, (const char *)bytes, (size_t)length);
}

static void describe_alternative_names(const struct openssl_api *api, const X509 *certificate,
                                       struct alternative_names *names)
{
    STACK *found = api->GENERAL_NAME_get0_value != NULL
                       ? api->X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL)
                       : NULL;
    for (int i = 0; found != NULL && i < api_stack_num(api, found); i++)
        add_alternative_name(api, api_stack_value(api, found, i), names);
    api->GENERAL_NAMES_free(found);
}

static void describe_algorithms(const struct openssl_api *api, X509 *certificate, struct certificate_text *text)
{
    struct key_text key;
    algorithm_of_certificate_key(api, certificate, &key);
    memcpy(text->key_algorithm, key.algorithm, sizeof text->key_algorithm);
    memcpy(text->key_curve, key.curve, sizeof text->key_curve);
    text->key_bits = key.bits;
    algorithm_of_signature(api, certificate, text->signature_algorithm);
}

void describe_certificate(const struct openssl_api *api, X509 *certificate, struct certificate_text *text)
{
    unsigned char digest[API_SHA256_SIZE];
    *text = (struct certificate_text){0};
    if (certificate == NULL)
        return;
    describe_name(api, api->X509_get_subject_name(certificate), text->subject, sizeof text->subject);
    describe_issuer(api, certificate, text);
    describe_validity(api, certificate, text);
    describe_serial_number(api, certificate, text);
    describe_algorithms(api, certificate, text);
    describe_alternative_names(api, certificate, &text->names);
    if (api_certificate_sha256(api, certificate, digest))
        hex_print(digest, sizeof digest, HEX_UPPER, text->sha256);
}
