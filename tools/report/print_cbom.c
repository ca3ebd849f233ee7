/*
 * CycloneDX 1.6, with cryptoProperties: what was seen in use, and how often. References are hashes of what they name
 * and everything is sorted, so that two reports differ where what they tell of differs.
 */
#include "report/print_formats.h"

#include "events/timestamp.h"
#include "report/weakness.h"
#include "shared/json_text.h"
#include "shared/text.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* "crypto/KIND/" and half of the SHA-256 of the texts. */
static char *reference(const char *kind, const char *content)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char text[33];
    EVP_Digest(content, strlen(content), hash, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    return text_format("crypto/%s/%s", kind, text);
}

static void add_property(json_t *properties, const char *name, const char *value)
{
    json_array_append_new(properties, json_pack("{s:s, s:o}", "name", name, "value", json_text(value)));
}

static json_t *make_properties(const struct tally_group *group)
{
    char first[TIMESTAMP_SIZE], last[TIMESTAMP_SIZE], count[24];
    json_t *properties = json_array();
    snprintf(count, sizeof count, "%" PRIu64, tally_handshakes(group));
    add_property(properties, "tlsward:count", count);
    add_property(properties, "tlsward:first-seen", timestamp_write(group->first, first));
    add_property(properties, "tlsward:last-seen", timestamp_write(group->last, last));
    return properties;
}

static json_t *make_component(const char *kind, const char *content, const char *name, json_t *crypto,
                              json_t *properties)
{
    char *id = reference(kind, content);
    json_t *component =
        json_pack("{s:s, s:s, s:o, s:o, s:o}", "type", "cryptographic-asset", "bom-ref", id, "name",
                  json_text(*name != '\0' ? name : kind), "cryptoProperties", crypto, "properties", properties);
    free(id);
    return component;
}

static void set_known(json_t *object, const char *name, const char *value)
{
    if (*value != '\0')
        json_object_set_new(object, name, json_text(value));
}

static json_t *make_certificate(const struct tally_group *group)
{
    json_t *properties = json_pack("{s:s}", "certificateFormat", "X.509"), *extra = make_properties(group);
    char *weak = report_certificate_weakness(group);
    set_known(properties, "subjectName", gather_kept(group, CERTIFICATE_SUBJECT));
    set_known(properties, "issuerName", gather_kept(group, CERTIFICATE_ISSUER));
    set_known(properties, "notValidBefore", gather_kept(group, CERTIFICATE_NOT_BEFORE));
    set_known(properties, "notValidAfter", gather_kept(group, CERTIFICATE_NOT_AFTER));
    add_property(extra, "tlsward:sha256", gather_part(group, CERTIFICATE_SHA256));
    add_property(extra, "tlsward:serial-number", gather_kept(group, CERTIFICATE_SERIAL));
    add_property(extra, "tlsward:public-key-algorithm", gather_kept(group, CERTIFICATE_ALGORITHM));
    add_property(extra, "tlsward:public-key-size", gather_kept(group, CERTIFICATE_SIZE));
    add_property(extra, "tlsward:signature-algorithm", gather_kept(group, CERTIFICATE_SIGNATURE));
    add_property(extra, "tlsward:weak", weak);
    free(weak);
    json_t *crypto = json_pack("{s:s, s:o}", "assetType", "certificate", "certificateProperties", properties);
    json_t *component = make_component("certificate", gather_part(group, CERTIFICATE_SHA256),
                                       gather_kept(group, CERTIFICATE_SUBJECT), crypto, extra);
    char *place = text_format("%s:%s", gather_kept(group, CERTIFICATE_ADDRESS), gather_kept(group, CERTIFICATE_PORT));
    json_object_set_new(component, "evidence", json_pack("{s:[{s:o}]}", "occurrences", "location", json_text(place)));
    free(place);
    return component;
}

/* A protocol with its cipher suite, and the group that the keys were exchanged in. */
static json_t *make_protocol(const struct tally_group *group)
{
    const char *version = gather_part(group, EXCHANGE_VERSION), *cipher = gather_part(group, EXCHANGE_CIPHER);
    const char *exchange = gather_part(group, EXCHANGE_GROUP);
    json_t *properties = json_pack("{s:s}", "type", "tls"), *extra = make_properties(group);
    set_known(properties, "version", version);
    if (*cipher != '\0')
        json_object_set_new(properties, "cipherSuites", json_pack("[{s:o}]", "name", json_text(cipher)));
    char *weak = report_exchange_weakness(group);
    add_property(extra, "tlsward:group", exchange);
    add_property(extra, "tlsward:post-quantum", post_quantum_text(post_quantum_of(exchange)));
    add_property(extra, "tlsward:weak", weak);
    free(weak);
    char *content = text_format("%s\n%s\n%s", version, cipher, exchange);
    char *name = text_format("TLS %s %s %s", version, cipher, exchange);
    json_t *component =
        make_component("protocol", content, name,
                       json_pack("{s:s, s:o}", "assetType", "protocol", "protocolProperties", properties), extra);
    free(content);
    free(name);
    return component;
}

static int by_reference(const void *a, const void *b)
{
    return strcmp(json_string_value(json_object_get(*(json_t *const *)a, "bom-ref")),
                  json_string_value(json_object_get(*(json_t *const *)b, "bom-ref")));
}

static json_t *make_components(const struct report *report)
{
    const struct tally *certificates = &report->gathering.tallies[BY_CERTIFICATE];
    const struct tally *exchanges = &report->gathering.tallies[BY_EXCHANGE];
    size_t count = 0;
    json_t **items = text_grow(NULL, certificates->group_count + exchanges->group_count + 1, sizeof(json_t *));
    for (size_t i = 0; i < certificates->group_count; i++)
        items[count++] = make_certificate(&certificates->groups[i]);
    for (size_t i = 0; i < exchanges->group_count; i++)
        items[count++] = make_protocol(&exchanges->groups[i]);
    qsort(items, count, sizeof(json_t *), by_reference);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, items[i]);
    free(items);
    return list;
}

void report_print_cbom(const struct report *report, FILE *out)
{
    json_t *root =
        json_pack("{s:s, s:s, s:i, s:{s:{s:[{s:s, s:s, s:s}]}}, s:o}", "bomFormat", "CycloneDX", "specVersion", "1.6",
                  "version", 1, "metadata", "tools", "components", "type", "application", "name", "tlsward", "version",
                  TLSWARD_VERSION, "components", make_components(report));
    json_dumpf(root, out, JSON_INDENT(2));
    putc('\n', out);
    json_decref(root);
}
