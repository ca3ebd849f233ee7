#include "shared/sarif.h"

#include "shared/json_text.h"
#include "shared/text.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FINGERPRINT_BYTES = 16 };

json_t *sarif_new(void)
{
    return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:[]}}, s:s, s:[]}]}", "$schema",
                     "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
                     "version", "2.1.0", "runs", "tool", "driver", "name", "tlsward", "version", TLSWARD_VERSION,
                     "rules", "columnKind", "unicodeCodePoints", "results");
}

static json_t *run_of(json_t *log)
{
    return json_array_get(json_object_get(log, "runs"), 0);
}

static json_t *rules_of(json_t *log)
{
    return json_object_get(json_object_get(json_object_get(run_of(log), "tool"), "driver"), "rules");
}

/* The rule's number, or that of none. */
static size_t find_rule(json_t *log, const char *rule_id)
{
    size_t index;
    const json_t *rule;
    json_array_foreach(rules_of(log), index,
                       rule) if (strcmp(json_string_value(json_object_get(rule, "id")), rule_id) == 0) break;
    return index;
}

void sarif_describe(json_t *log, const char *rule_id, const char *description, const char *help, const char *severity)
{
    if (find_rule(log, rule_id) < json_array_size(rules_of(log)))
        return;
    json_t *rule = json_pack("{s:s}", "id", rule_id);
    if (description != NULL)
        json_object_set_new(rule, "shortDescription", json_pack("{s:o}", "text", json_text(description)));
    if (help != NULL)
        json_object_set_new(rule, "help", json_pack("{s:o}", "text", json_text(help)));
    if (severity != NULL)
        json_object_set_new(rule, "properties",
                            json_pack("{s:s, s:[s]}", "security-severity", severity, "tags", "security"));
    json_array_append_new(rules_of(log), rule);
}

static char *fingerprint(const struct sarif_result *result)
{
    if (result->fingerprint != NULL)
        return text_format("%s", result->fingerprint);
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    char hex[2 * FINGERPRINT_BYTES + 1];
    char *text = text_format("%s\n%s\n%s", result->rule_id, result->path != NULL ? result->path : "",
                             result->line_text != NULL ? result->line_text : "");
    EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < FINGERPRINT_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    free(text);
    return text_format("%s:1", hex);
}

/* RFC 3986, 2.3: what stands for itself, and the slashes of a path. */
static char *uri_of(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    bool is_absolute = *path == '/';
    char *uri = text_grow(NULL, 3 * strlen(path) + sizeof "file://", 1);
    size_t length = (size_t)sprintf(uri, "%s", is_absolute ? "file://" : "");
    for (; *path != '\0'; path++)
        length += (size_t)sprintf(uri + length, strchr(plain, *path) != NULL ? "%c" : "%%%02X", (unsigned char)*path);
    return uri;
}

static json_t *location_of(const struct sarif_result *result)
{
    char *uri = uri_of(result->path);
    json_t *place = json_pack("{s:{s:s}}", "artifactLocation", "uri", uri);
    if (result->line > 0)
        json_object_set_new(place, "region", json_pack("{s:i}", "startLine", (int)result->line));
    if (result->line > 0 && result->column > 0)
        json_object_set_new(json_object_get(place, "region"), "startColumn", json_integer(result->column));
    free(uri);
    return json_pack("[{s:o}]", "physicalLocation", place);
}

void sarif_add(json_t *log, const struct sarif_result *result)
{
    sarif_describe(log, result->rule_id, NULL, NULL, NULL);
    char *print = fingerprint(result);
    json_t *item = json_pack("{s:s, s:I, s:s, s:{s:o}, s:{s:s}}", "ruleId", result->rule_id, "ruleIndex",
                             (json_int_t)find_rule(log, result->rule_id), "level", result->level, "message", "text",
                             json_text(result->message), "partialFingerprints", "primaryLocationLineHash", print);
    free(print);
    if (result->path != NULL)
        json_object_set_new(item, "locations", location_of(result));
    if (result->baseline_state != NULL)
        json_object_set_new(item, "baselineState", json_string(result->baseline_state));
    if (result->accepted != NULL)
        json_object_set_new(item, "suppressions",
                            json_pack("[{s:s, s:s, s:o}]", "kind", "inSource", "status", "accepted", "justification",
                                      json_text(result->accepted)));
    if (result->confidence != NULL)
        json_object_set_new(item, "properties", json_pack("{s:s}", "confidence", result->confidence));
    json_array_append_new(json_object_get(run_of(log), "results"), item);
}
