#include "explain/certificate_names.h"

#include "explain/explain_verify.h"
#include "shared/certificate.h"
#include "shared/text.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static char *string_text(const ASN1_STRING *string)
{
    return text_clean((const char *)ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

static char *address_text(const ASN1_OCTET_STRING *address)
{
    char text[INET6_ADDRSTRLEN];
    int length = ASN1_STRING_length(address);
    if (length != 4 && length != 16)
        return text_format("(%d octets)", length);
    inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
    return text_format("%s", text);
}

/* Asks libcrypto about one name alone, in a certificate that has no other. */
static bool matches_alone(const GENERAL_NAME *name, const struct peer_name *expected)
{
    X509 *probe = X509_new();
    GENERAL_NAMES *single = sk_GENERAL_NAME_new_null();
    bool ready = probe != NULL && single != NULL && sk_GENERAL_NAME_push(single, (GENERAL_NAME *)name) > 0 &&
                 X509_add1_ext_i2d(probe, NID_subject_alt_name, single, 0, X509V3_ADD_DEFAULT) == 1;
    bool matches = ready && explain_name_matches(probe, expected, false);
    sk_GENERAL_NAME_free(single);
    X509_free(probe);
    return matches;
}

static const char *wildcard_mismatch(const char *value, const char *expected)
{
    size_t suffix = strlen(value + 1);
    size_t length = strlen(expected);
    if (value[0] != '*' || value[1] != '.')
        return "a wildcard counts only as the whole left-most label";
    if (strcasecmp(value + 2, expected) == 0)
        return "a wildcard does not cover the domain itself";
    if (length <= suffix || strcasecmp(expected + length - suffix, value + 1) != 0)
        return "is for another domain";
    if (strchr(value + 2, '.') == NULL)
        return "a wildcard does not cover a whole top-level domain";
    if (memchr(expected, '.', length - suffix) != NULL)
        return "a wildcard covers exactly one label";
    if (memchr(expected, '_', length - suffix) != NULL)
        return "a wildcard does not cover a label with an underscore";
    return "libcrypto does not take this wildcard";
}

static const char *dns_mismatch(const ASN1_STRING *name, const char *value, const struct peer_name *expected)
{
    if (expected->kind == PEER_ADDRESS)
        return "a host name, but an address is expected";
    if (memchr(ASN1_STRING_get0_data(name), '\0', (size_t)ASN1_STRING_length(name)) != NULL)
        return "contains a NUL byte";
    return strchr(value, '*') != NULL ? wildcard_mismatch(value, expected->text) : "is another name";
}

static struct certificate_name describe(const GENERAL_NAME *name, const struct peer_name *expected)
{
    struct certificate_name described = {.type = "other", .why = "is no server name"};
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);
    switch (type) {
    case GEN_DNS:
        described.type = "DNS";
        described.server_name = true;
        described.value = string_text(value);
        described.why = dns_mismatch(value, described.value, expected);
        break;
    case GEN_IPADD:
        described.type = "IP";
        described.server_name = true;
        described.value = address_text(value);
        described.why = expected->kind == PEER_ADDRESS ? "is another address" : "an address, but a name is expected";
        break;
    case GEN_EMAIL:
        described.type = "email";
        described.value = string_text(value);
        break;
    case GEN_URI:
        described.type = "URI";
        described.value = string_text(value);
        break;
    default:
        described.value = text_format("(type %d)", type);
    }
    if (matches_alone(name, expected))
        described.why = NULL;
    return described;
}

static void add(struct certificate_names *names, struct certificate_name name)
{
    names->items = text_grow(names->items, names->count + 1, sizeof *names->items);
    names->items[names->count++] = name;
}

static void add_common_names(struct certificate_names *names, X509 *leaf, const struct peer_name *expected,
                             bool allow_cn)
{
    X509_NAME *subject = X509_get_subject_name(leaf);
    for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;) {
        struct certificate_name name = {.type = "CN",
                                        .value = string_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i))),
                                        .why = allow_cn ? "is another name"
                                                        : "the common name does not count, and there is no SAN"};
        if (allow_cn && explain_name_matches(leaf, expected, true))
            name.why = NULL;
        add(names, name);
    }
}

struct certificate_names certificate_names_list(X509 *leaf, const struct peer_name *expected, bool allow_cn)
{
    struct certificate_names names = {.items = NULL};
    GENERAL_NAMES *alternatives = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    names.has_san = X509_get_ext_by_NID(leaf, NID_subject_alt_name, -1) >= 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); i++)
        add(&names, describe(sk_GENERAL_NAME_value(alternatives, i), expected));
    if (!names.has_san)
        add_common_names(&names, leaf, expected, allow_cn);
    GENERAL_NAMES_free(alternatives);
    return names;
}

void certificate_names_free(struct certificate_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i].value);
    free(names->items);
    *names = (struct certificate_names){.items = NULL};
}
