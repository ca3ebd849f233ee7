/*
 * CycloneDX 1.6, with cryptoProperties: what was seen in use, and how often. References are hashes of what they name
 * and everything is sorted, so that two reports differ where what they tell of differs.
 */
#include "report/print_formats.h"

#include "events/timestamp.h"
#include "process/hex.h"
#include "report/weakness.h"
#include "shared/json_text.h"
#include "shared/text.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* What there is one component of: a group of the certificates, or of the key exchanges. */
struct asset {
    unsigned char hash[16]; /* half of the SHA-256 of what it is */
    uint32_t group;
    bool is_certificate;
};

enum { REFERENCE_SIZE = sizeof "crypto/certificate/" + 2 * sizeof(((struct asset *)NULL)->hash) };

static void hash_content(struct asset *asset, const char *content)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    EVP_Digest(content, strlen(content), hash, NULL, EVP_sha256(), NULL);
    memcpy(asset->hash, hash, sizeof asset->hash);
}

static void write_reference(const struct asset *asset, char reference[static REFERENCE_SIZE])
{
    size_t at =
        (size_t)snprintf(reference, REFERENCE_SIZE, "crypto/%s/", asset->is_certificate ? "certificate" : "protocol");
    hex_print(asset->hash, sizeof asset->hash, HEX_LOWER, reference + at);
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

static json_t *make_component(const char *reference, const char *name, json_t *crypto, json_t *properties)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "type", "cryptographic-asset", "bom-ref", reference, "name",
                     json_text(name), "cryptoProperties", crypto, "properties", properties);
}

static void set_known(json_t *object, const char *name, const char *value)
{
    if (*value != '\0')
        json_object_set_new(object, name, json_text(value));
}

static json_t *make_certificate(const struct tally_group *group, const char *reference)
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
    const char *subject = gather_kept(group, CERTIFICATE_SUBJECT);
    json_t *component = make_component(reference, *subject != '\0' ? subject : "certificate", crypto, extra);
    char *place = text_format("%s:%s", gather_kept(group, CERTIFICATE_ADDRESS), gather_kept(group, CERTIFICATE_PORT));
    json_object_set_new(component, "evidence", json_pack("{s:[{s:o}]}", "occurrences", "location", json_text(place)));
    free(place);
    return component;
}

/* A protocol with its cipher suite, and the group that the keys were exchanged in. */
static json_t *make_protocol(const struct tally_group *group, const char *reference)
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
    char *name = text_format("TLS %s %s %s", version, cipher, exchange);
    json_t *crypto = json_pack("{s:s, s:o}", "assetType", "protocol", "protocolProperties", properties);
    json_t *component = make_component(reference, name, crypto, extra);
    free(name);
    return component;
}

/* As their references are sorted. */
static int by_reference(const void *a, const void *b)
{
    const struct asset *one = a, *other = b;
    if (one->is_certificate != other->is_certificate)
        return one->is_certificate ? -1 : 1;
    return memcmp(one->hash, other->hash, sizeof one->hash);
}

/* All of them, sorted, to be freed. */
static struct asset *find_assets(const struct tally *certificates, const struct tally *exchanges, size_t *count)
{
    struct asset *assets = text_grow(NULL, certificates->group_count + exchanges->group_count + 1, sizeof *assets);
    *count = 0;
    for (uint32_t i = 0; i < certificates->group_count; i++) {
        struct asset *asset = &assets[(*count)++];
        *asset = (struct asset){.is_certificate = true, .group = i};
        hash_content(asset, gather_part(&certificates->groups[i], CERTIFICATE_SHA256));
    }
    for (uint32_t i = 0; i < exchanges->group_count; i++) {
        const struct tally_group *group = &exchanges->groups[i];
        char *content = text_format("%s\n%s\n%s", gather_part(group, EXCHANGE_VERSION),
                                    gather_part(group, EXCHANGE_CIPHER), gather_part(group, EXCHANGE_GROUP));
        struct asset *asset = &assets[(*count)++];
        *asset = (struct asset){.group = i};
        hash_content(asset, content);
        free(content);
    }
    qsort(assets, *count, sizeof *assets, by_reference);
    return assets;
}

/* A hundred thousand components would be a tree of some gigabytes: each becomes JSON alone. */
static void print_components(const struct report *report, FILE *out)
{
    const struct tally *certificates = &report->gathering.tallies[BY_CERTIFICATE];
    const struct tally *exchanges = &report->gathering.tallies[BY_EXCHANGE];
    size_t count;
    struct asset *assets = find_assets(certificates, exchanges, &count);
    for (size_t i = 0; i < count; i++) {
        char reference[REFERENCE_SIZE];
        write_reference(&assets[i], reference);
        json_t *component = assets[i].is_certificate
                                ? make_certificate(&certificates->groups[assets[i].group], reference)
                                : make_protocol(&exchanges->groups[assets[i].group], reference);
        fputs(i == 0 ? "\n    " : ",\n    ", out);
        json_dumpf(component, out, 0);
        json_decref(component);
    }
    free(assets);
}

void report_print_cbom(const struct report *report, FILE *out)
{
    fputs("{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.6\",\n  \"version\": 1,\n"
          "  \"metadata\": {\"tools\": {\"components\": [{\"type\": \"application\", \"name\": \"tlsward\", "
          "\"version\": \"" TLSWARD_VERSION "\"}]}},\n  \"components\": [",
          out);
    print_components(report, out);
    fputs("\n  ]\n}\n", out);
}
