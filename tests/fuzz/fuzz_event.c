/*
 * Whatever a peer sends, an event is one line of JSON that a strict reader takes, that says what went in, and that
 * drives no terminal.
 */
#include "event/event.h"
#include "fuzz.h"
#include "peer/unicode.h"

#include <jansson.h>

enum { TEXTS = 36 };
static const char ellipsis[] = "\u2026", replacement[] = "\ufffd";

static bool is_harmless(uint32_t point)
{
    bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
    bool direction = point == 0x061C || (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
                     (point >= 0x2060 && point <= 0x206F);
    return !control && !direction && point != 0xFEFF;
}

static void check_line(const char *line, size_t length)
{
    require(length <= EVENT_MAX && length > 0 && line[length - 1] == '\n');
    for (size_t i = 0; i + 1 < length;) {
        uint32_t point;
        size_t size = utf8_decode(line + i, length - i, &point);
        require(size > 0 && is_harmless(point));
        i += size;
    }
}

/* Whether `said` is `text`, each byte that is not UTF-8 replaced, perhaps cut off in an ellipsis. */
static bool says(const char *said, const char *text)
{
    uint32_t point;
    while (*text != '\0') {
        size_t size = utf8_decode(text, strnlen(text, 4), &point);
        const char *expected = size > 0 ? text : replacement;
        size_t length = size > 0 ? size : strlen(replacement);
        if (strcmp(said, ellipsis) == 0)
            return true;
        if (strncmp(said, expected, length) != 0)
            return false;
        said += length;
        text += size > 0 ? size : 1;
    }
    return *said == '\0';
}

static void check_member(const json_t *object, const char *name, const char *text)
{
    const char *said = json_string_value(json_object_get(object, name));
    require((said != NULL) == (text != NULL) && (text == NULL || says(said, text)));
}

static void take_facts(struct input *input, struct facts *facts, struct verdict *verdict)
{
    facts->authentication = take_byte(input) % (AUTH_ANONYMOUS + 1);
    facts->name_source = take_byte(input) % (NAME_UNKNOWN + 1);
    uint8_t flags = take_byte(input);
    facts->name_is_weak = flags & 1;
    facts->app_demands_chain = flags & 2;
    facts->app_demands_name = flags & 4;
    facts->app_rejected = flags & 8;
    facts->app_names_other = flags & 16;
    facts->app_anchors_checked = flags & 32;
    facts->app_anchors_error = flags & 64;
    verdict->outcome = take_byte(input) % (OUTCOME_FAILED + 1);
    verdict->action = take_byte(input) % (ACTION_BLOCKED + 1);
    verdict->reason = take_byte(input) % (REASON_INTERNAL_ERROR + 1);
    verdict->x509_error = (int)take_number(input, 4);
}

static void list_texts(struct event *event, struct settings *settings, const char **texts[static TEXTS])
{
    const char **all[TEXTS] = {
        &event->executable,
        &event->server_address,
        &event->server_ip,
        &event->tls_version,
        &event->tls_cipher,
        &event->tls_subject,
        &event->tls_issuer,
        &event->tls_not_after,
        &event->tls_sha256,
        &event->expected_name,
        &event->x509_text,
        &event->call_site,
        &event->library,
        &event->message,
        &settings->rule,
        &event->checked_later,
        &settings->expired_rule,
        &event->host,
        &event->container,
        &event->tls_group,
        &event->tls_curve,
        &event->tls_next_protocol,
        &event->tls_not_before,
        &event->tls_serial_number,
        &event->tls_key_algorithm,
        &event->tls_key_curve,
        &event->tls_signature_algorithm,
        &event->tls_issuer_common_name,
        &event->tls_issuer_organization,
        &event->tls_issuer_country,
        &event->anchor_subject,
        &event->anchor_file,
        &event->anchor_source,
        &event->advice,
        &event->script,
        &event->unit,
    };
    memcpy(texts, all, sizeof all);
}

/* Long texts from short inputs: some are repeated, where that is allowed. */
static const char *take_repeated(struct input *input, bool allowed)
{
    bool alone = take_byte(input) < 0xE0 || !allowed;
    char *text = take_text(input, '\0');
    size_t length = strlen(text), repeats = alone || length == 0 ? 1 : 1 + EVENT_MAX / length;
    char *repeated = malloc(length * repeats + 1);
    require(repeated != NULL);
    for (size_t i = 0; i < repeats; i++)
        memcpy(repeated + i * length, text, length);
    repeated[length * repeats] = '\0';
    free(text);
    return repeated;
}

static void take_names(struct input *input, struct alternative_names *names)
{
    for (uint8_t count = take_byte(input) % 32; count > 0; count--) {
        size_t length = take_byte(input);
        bool has_text = length != 0xFF && length <= input->size;
        alternative_names_add(names, has_text ? (const char *)input->data : NULL, has_text ? length : 0);
        input->data += has_text ? length : 0;
        input->size -= has_text ? length : 0;
    }
}

static void check_names(const json_t *object, const struct alternative_names *names)
{
    const json_t *told = json_object_get(object, "tls.server.x509.alternative_names");
    const char *text = names->text;
    require(json_array_size(told) == names->told && names->told <= names->count);
    for (size_t i = 0; i < names->told; i++, text += strlen(text) + 1)
        require(says(json_string_value(json_array_get(told, i)), text));
}

static void check_event(const struct event *event)
{
    char line[EVENT_MAX];
    size_t length = event_format(event, line);
    check_line(line, length);
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    require(json_is_object(object));
    check_member(object, "process.executable", event->executable);
    check_member(object, "server.address", event->server_address);
    check_member(object, "tls.server.subject", event->tls_subject);
    check_member(object, "tls.server.issuer", event->tls_issuer);
    check_member(object, "tlsward.expected_name", event->expected_name);
    check_member(object, "tlsward.message", event->message);
    check_member(object, "tls.next_protocol", event->tls_next_protocol);
    check_member(object, "tlsward.anchor.file", event->anchor_file);
    check_names(object, event->tls_names);
    check_member(object, "rule.name", event->settings->rule);
    json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct settings settings = {.mode = MODE_ENFORCE};
    struct facts facts = {.authentication = AUTH_CERTIFICATE};
    struct verdict verdict = {.outcome = OUTCOME_FAILED};
    struct alternative_names names = {0};
    struct event event = {.tls_names = &names, .settings = &settings, .facts = &facts, .verdict = &verdict};
    event.kind = take_byte(&input) % (EVENT_RETRY_REFUSED + 1);
    event.time.tv_sec = (time_t)take_number(&input, 8);
    event.time.tv_nsec = (long)(take_number(&input, 4) % 1000000000);
    event.dropped = take_number(&input, 8);
    event.repeated = take_number(&input, 1);
    event.pid = (pid_t)take_number(&input, 4);
    event.uid = (uid_t)take_number(&input, 4);
    event.gid = (gid_t)take_number(&input, 4);
    event.tls_key_bits = (unsigned)take_number(&input, 4);
    event.chain_length = (unsigned)take_number(&input, 1);
    event.tls_established = take_byte(&input) % (ANSWER_NO + 1);
    take_names(&input, &names);
    event.server_port = (uint16_t)take_number(&input, 2);
    take_facts(&input, &facts, &verdict);
    const char **texts[TEXTS];
    list_texts(&event, &settings, texts);
    for (size_t i = 0; i < TEXTS && input.size > 0; i++)
        *texts[i] = take_repeated(&input, size % 8 == 0); /* what fills a line takes a hundred times as long */
    check_event(&event);
    for (size_t i = 0; i < TEXTS; i++)
        free((void *)*texts[i]);
    return 0;
}
