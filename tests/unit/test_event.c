/* What an event says, and that no input makes it anything but one harmless line of JSON that fits. */
#include "cases.h"
#include "event/event.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct settings settings = {.mode = MODE_ENFORCE,
                                         .enforce_percent = 25,
                                         .enforce_side = SIDE_ENFORCED,
                                         .verify = VERIFY_FULL,
                                         .rule = "acme-ldap",
                                         .expired_rule = "acme-old"};

static const struct facts facts = {
    .authentication = AUTH_CERTIFICATE,
    .name_source = NAME_FROM_RESOLVER,
    .name_is_weak = true,
    .app_demands_chain = true,
    .app_rejected = true,
    .public_key_pin = "sha256//ATs7/fSX3k+mqVB5UYwaWT/7u8ONxSfmKGn4i0aOKJs=",
};

static const struct verdict verdict = {
    .outcome = OUTCOME_FAILED,
    .action = ACTION_BLOCKED,
    .decider = DECIDED_BY_PROGRAM,
    .reason = REASON_HOST_MISMATCH,
    .x509_error = 62,
};

static const struct alternative_names names = {.text = "ldap.corp.example\0*.corp.example\0"
                                                       "192.0.2.7",
                                               .length = 43,
                                               .told = 3,
                                               .count = 41};

static const struct event handshake = {
    .kind = EVENT_HANDSHAKE,
    .id = "00112233445566778899aabbccddeeff",
    .time = {.tv_sec = 1795243480, .tv_nsec = 123456789},
    .executable = "/opt/acme/bin/sync",
    .script = "/opt/acme/lib/sync.py",
    .script_is_uncertain = true,
    .in_user_namespace = true,
    .unit = "sync.service",
    .pid = 4711,
    .uid = 1000,
    .gid = 100,
    .host = "build-7",
    .container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    .server_address = "ldap.corp.example",
    .server_ip = "192.0.2.7",
    .server_port = 636,
    .tls_version = "1.3",
    .tls_cipher = "TLS_AES_256_GCM_SHA384",
    .tls_subject = "CN=ldap.corp.example",
    .tls_issuer = "CN=Corp CA",
    .tls_not_after = "2027-03-31T00:00:00Z",
    .tls_sha256 = "0011AAFF",
    .tls_group = "secp256r1",
    .tls_curve = "secp256r1",
    .tls_next_protocol = "h2",
    .tls_established = ANSWER_NO,
    .tls_resumed = true,
    .tls_not_before = "2026-03-31T00:00:00Z",
    .tls_serial_number = "55FBB9C7DEBF09809D12CCAA",
    .tls_key_algorithm = "ECDSA",
    .tls_key_curve = "secp384r1",
    .tls_key_bits = 384,
    .tls_signature_algorithm = "ECDSA-SHA384",
    .tls_issuer_common_name = "Corp CA",
    .tls_issuer_organization = "Corp",
    .tls_issuer_country = "DE",
    .tls_names = &names,
    .chain_length = 3,
    .anchor_subject = "CN=Corp Root",
    .anchor_file = "/etc/ssl/corp.pem",
    .anchor_source = "policy",
    .settings = &settings,
    .facts = &facts,
    .verdict = &verdict,
    .candidate = {.action = "allowed", .rule = "acme", .reason = "none"},
    .expected_name = "ldap.corp.example",
    .x509_text = "hostname mismatch",
    .call_site = "sync+0x1234 (0badc0de)",
    .library = "/usr/lib/libssl.so.3",
    .checked_later = "X509_check_host",
    .advice = "renew it",
    .message = "what a person should know",
    .clear_text_retry_possible = true,
    .dropped = 3,
    .repeated = 59,
};

static json_t *parse(const char *line, size_t length)
{
    json_error_t error;
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(object != NULL, "%s: %.*s", error.text, (int)length, line);
    return object;
}

static json_t *format(const struct event *event)
{
    char buffer[EVENT_MAX];
    size_t length = event_format(event, buffer);
    ck_assert_uint_le(length, EVENT_MAX);
    return parse(buffer, length);
}

static json_t *value_of(const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    ck_assert_msg(value != NULL, "not JSON: %s", json);
    return value;
}

static void expect_member(const json_t *object, const char *name, const char *expected_json)
{
    json_t *expected = value_of(expected_json);
    json_t *actual = json_object_get(object, name);
    char *text = actual ? json_dumps(actual, JSON_ENCODE_ANY) : NULL;
    ck_assert_msg(json_equal(actual, expected), "%s is %s, not %s", name, text ? text : "missing", expected_json);
    free(text);
    json_decref(expected);
}

static const struct {
    const char *name, *json;
} members[] = {
    {"@timestamp", "\"2026-11-21T06:44:40.123Z\""},
    {"ecs.version", "\"8.11.0\""},
    {"tlsward.schema", "1"},
    {"event.id", "\"00112233445566778899aabbccddeeff\""},
    {"event.kind", "\"event\""},
    {"event.category", "[\"network\"]"},
    {"event.type", "[\"connection\"]"},
    {"event.action", "\"tls-handshake\""},
    {"event.outcome", "\"failure\""},
    {"process.executable", "\"/opt/acme/bin/sync\""},
    {"tlsward.script", "\"/opt/acme/lib/sync.py\""},
    {"tlsward.script_uncertain", "true"},
    {"tlsward.user_namespace", "true"},
    {"tlsward.unit", "\"sync.service\""},
    {"process.pid", "4711"},
    {"host.name", "\"build-7\""},
    {"container.id", "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""},
    {"user.id", "\"1000\""},
    {"user.group.id", "\"100\""},
    {"server.address", "\"ldap.corp.example\""},
    {"server.ip", "\"192.0.2.7\""},
    {"server.port", "636"},
    {"tls.protocol.name", "\"tls\""},
    {"tls.protocol.version", "\"1.3\""},
    {"tls.cipher", "\"TLS_AES_256_GCM_SHA384\""},
    {"tls.server.subject", "\"CN=ldap.corp.example\""},
    {"tls.server.issuer", "\"CN=Corp CA\""},
    {"tls.server.not_before", "\"2026-03-31T00:00:00Z\""},
    {"tls.server.not_after", "\"2027-03-31T00:00:00Z\""},
    {"tls.server.hash.sha256", "\"0011AAFF\""},
    {"tls.server.x509.serial_number", "\"55FBB9C7DEBF09809D12CCAA\""},
    {"tls.server.x509.public_key_algorithm", "\"ECDSA\""},
    {"tls.server.x509.public_key_size", "384"},
    {"tls.server.x509.public_key_curve", "\"secp384r1\""},
    {"tls.server.x509.signature_algorithm", "\"ECDSA-SHA384\""},
    {"tls.server.x509.issuer.common_name", "\"Corp CA\""},
    {"tls.server.x509.issuer.organization", "\"Corp\""},
    {"tls.server.x509.issuer.country", "\"DE\""},
    {"tls.server.x509.issuer.distinguished_name", "\"CN=Corp CA\""},
    {"tls.server.x509.alternative_names", "[\"ldap.corp.example\",\"*.corp.example\",\"192.0.2.7\"]"},
    {"tlsward.alternative_names_count", "41"},
    {"tls.curve", "\"secp256r1\""},
    {"tls.next_protocol", "\"h2\""},
    {"tls.established", "false"},
    {"tls.resumed", "true"},
    {"rule.name", "\"acme-ldap\""},
    {"tlsward.mode", "\"enforce\""},
    {"tlsward.verify", "\"full\""},
    {"tlsward.expired_rule", "\"acme-old\""},
    {"tlsward.enforce_percent", "25"},
    {"tlsward.enforce_side", "\"enforced\""},
    {"tlsward.candidate.action", "\"allowed\""},
    {"tlsward.candidate.rule", "\"acme\""},
    {"tlsward.candidate.reason", "\"none\""},
    {"tlsward.outcome", "\"failed\""},
    {"tlsward.action", "\"blocked\""},
    {"tlsward.decided_by", "\"program\""},
    {"tlsward.reason", "\"certificate-host-mismatch\""},
    {"tlsward.x509_error", "62"},
    {"tlsward.x509_error_text", "\"hostname mismatch\""},
    {"tlsward.facts", "\"auth=certificate src=resolver weak demands-chain rejected=0 "
                      "pin=sha256//ATs7/fSX3k+mqVB5UYwaWT/7u8ONxSfmKGn4i0aOKJs=\""},
    {"tlsward.authentication", "\"certificate\""},
    {"tlsward.name_source", "\"resolver\""},
    {"tlsward.name_weak", "true"},
    {"tlsward.app_verify", "\"ca\""},
    {"tlsward.app_rejected", "true"},
    {"tlsward.public_key_pin", "\"sha256//ATs7/fSX3k+mqVB5UYwaWT/7u8ONxSfmKGn4i0aOKJs=\""},
    {"tlsward.chain_length", "3"},
    {"tlsward.anchor.subject", "\"CN=Corp Root\""},
    {"tlsward.anchor.file", "\"/etc/ssl/corp.pem\""},
    {"tlsward.anchor.source", "\"policy\""},
    {"tlsward.group", "\"secp256r1\""},
    {"tlsward.expected_name", "\"ldap.corp.example\""},
    {"tlsward.app_checked_later", "\"X509_check_host\""},
    {"tlsward.call_site", "\"sync+0x1234 (0badc0de)\""},
    {"tlsward.library", "\"/usr/lib/libssl.so.3\""},
    {"tlsward.advice", "\"renew it\""},
    {"tlsward.message", "\"what a person should know\""},
    {"tlsward.clear_text_retry_possible", "true"},
    {"tlsward.dropped", "3"},
    {"tlsward.repeated", "59"},
};
#define MEMBERS (sizeof members / sizeof *members)

START_TEST(a_full_handshake_has_exactly_these_members)
{
    json_t *object = format(&handshake);
    for (size_t i = 0; i < MEMBERS; i++)
        expect_member(object, members[i].name, members[i].json);
    ck_assert_uint_eq(json_object_size(object), MEMBERS);
    json_decref(object);
}
END_TEST

static const struct settings plain_settings = {.mode = MODE_AUDIT, .verify = VERIFY_CA};
static const struct facts plain_facts = {.authentication = AUTH_PSK, .name_source = NAME_UNKNOWN};
static const struct verdict plain_verdict = {.outcome = OUTCOME_VERIFIED};

static const struct whole {
    const char *what;
    struct event event;
    const char *json;
} wholes[] = {
    {"a notice about tlsward itself",
     {.kind = EVENT_NOTICE, .id = "n", .pid = 1, .message = "stood down"},
     "{\"@timestamp\":\"1970-01-01T00:00:00.000Z\",\"ecs.version\":\"8.11.0\",\"tlsward.schema\":1,\"event.id\":\"n\","
     "\"event.kind\":\"event\",\"event.category\":[\"network\"],\"event.type\":[\"info\"],"
     "\"event.action\":\"tlsward-notice\",\"process.pid\":1,\"user.id\":\"0\",\"user.group.id\":\"0\",\"tlsward."
     "message\":\"stood down\"}"},
    {"an update has the id of its handshake and what was learned",
     {.kind = EVENT_UPDATE, .id = "u", .pid = 1, .checked_later = "X509_check_ip"},
     "{\"@timestamp\":\"1970-01-01T00:00:00.000Z\",\"ecs.version\":\"8.11.0\",\"tlsward.schema\":1,\"event.id\":\"u\","
     "\"event.kind\":\"event\",\"event.category\":[\"network\"],\"event.type\":[\"connection\"],"
     "\"event.action\":\"tls-handshake-update\",\"process.pid\":1,\"user.id\":\"0\",\"user.group.id\":\"0\","
     "\"tlsward.app_checked_later\":\"X509_check_ip\"}"},
    {"a refused retry names the peer and has the id of the blocked handshake",
     {.kind = EVENT_RETRY_REFUSED, .id = "r", .pid = 1, .server_address = "a.example", .server_port = 5432},
     "{\"@timestamp\":\"1970-01-01T00:00:00.000Z\",\"ecs.version\":\"8.11.0\",\"tlsward.schema\":1,\"event.id\":\"r\","
     "\"event.kind\":\"event\",\"event.category\":[\"network\"],\"event.type\":[\"connection\",\"denied\"],"
     "\"event.action\":\"clear-text-retry-refused\",\"process.pid\":1,\"user.id\":\"0\",\"user.group.id\":\"0\","
     "\"server.address\":\"a.example\",\"server.port\":5432}"},
    {"a success leaves out reason, error and everything unknown",
     {.kind = EVENT_HANDSHAKE,
      .id = "h",
      .pid = 1,
      .uid = (uid_t)-2,
      .settings = &plain_settings,
      .facts = &plain_facts,
      .verdict = &plain_verdict,
      .x509_text = "ok"},
     "{\"@timestamp\":\"1970-01-01T00:00:00.000Z\",\"ecs.version\":\"8.11.0\",\"tlsward.schema\":1,\"event.id\":\"h\","
     "\"event.kind\":\"event\",\"event.category\":[\"network\"],\"event.type\":[\"connection\"],"
     "\"event.action\":\"tls-handshake\",\"event.outcome\":\"success\",\"process.pid\":1,\"user.id\":\"4294967294\","
     "\"user.group.id\":\"0\","
     "\"tls.resumed\":false,\"tlsward.mode\":\"audit\",\"tlsward.verify\":\"ca\",\"tlsward.outcome\":\"verified\","
     "\"tlsward.action\":\"allowed\",\"tlsward.decided_by\":\"policy\",\"tlsward.facts\":\"auth=psk "
     "src=unknown\",\"tlsward.authentication\":\"psk\","
     "\"tlsward.name_source\":\"unknown\",\"tlsward.app_verify\":\"none\"}"},
};

START_TEST(what_is_not_known_is_left_out)
{
    const struct whole *row = &wholes[_i];
    json_t *object = format(&row->event);
    json_t *expected = value_of(row->json);
    char *text = json_dumps(object, 0);
    ck_assert_msg(json_equal(object, expected), "%s: %s", row->what, text);
    free(text);
    json_decref(expected);
    json_decref(object);
}
END_TEST

static const struct {
    const char *what;
    enum outcome outcome;
    const char *ecs, *own;
} outcomes[] = {
    {"verified by the program", OUTCOME_VERIFIED, "\"success\"", "\"verified\""},
    {"verified by the policy", OUTCOME_VERIFIED_BY_POLICY, "\"success\"", "\"verified-by-policy\""},
    {"failed, even if only recorded", OUTCOME_FAILED, "\"failure\"", "\"failed\""},
};

START_TEST(the_outcome_is_a_failure_only_if_a_check_failed)
{
    struct verdict changed = {.outcome = outcomes[_i].outcome, .action = ACTION_WOULD_BLOCK};
    struct event event = handshake;
    event.verdict = &changed;
    json_t *object = format(&event);
    expect_member(object, "event.outcome", outcomes[_i].ecs);
    expect_member(object, "tlsward.outcome", outcomes[_i].own);
    expect_member(object, "tlsward.action", "\"would-block\"");
    json_decref(object);
}
END_TEST

static const struct {
    bool chain, name;
    const char *json;
} demands[] = {
    {false, false, "\"none\""},
    {false, true, "\"none\""}, /* a name without a chain proves nothing */
    {true, false, "\"ca\""},
    {true, true, "\"full\""},
};

START_TEST(app_verify_is_what_the_program_demanded)
{
    struct facts changed = {.app_demands_chain = demands[_i].chain, .app_demands_name = demands[_i].name};
    struct event event = handshake;
    event.facts = &changed;
    json_t *object = format(&event);
    expect_member(object, "tlsward.app_verify", demands[_i].json);
    json_decref(object);
}
END_TEST

static const struct {
    struct timespec time;
    const char *json;
} times[] = {
    {{0, 0}, "\"1970-01-01T00:00:00.000Z\""},
    {{-1, 0}, "\"1970-01-01T00:00:00.000Z\""},
    {{951782399, 999999999}, "\"2000-02-28T23:59:59.999Z\""},
    {{951782400, 1000000}, "\"2000-02-29T00:00:00.001Z\""},
    {{1709251199, 999999}, "\"2024-02-29T23:59:59.000Z\""},
    {{1735689599, 0}, "\"2024-12-31T23:59:59.000Z\""},
    {{2147483648, 10000000}, "\"2038-01-19T03:14:08.010Z\""},
    {{4107542400, 0}, "\"2100-03-01T00:00:00.000Z\""}, /* 2100 has no leap day */
};

START_TEST(the_time_is_rfc_3339)
{
    struct event event = {.kind = EVENT_NOTICE, .time = times[_i].time};
    json_t *object = format(&event);
    expect_member(object, "@timestamp", times[_i].json);
    json_decref(object);
}
END_TEST

START_TEST(a_count_no_reader_can_hold_is_the_largest_it_can)
{
    struct event event = {.kind = EVENT_NOTICE, .dropped = UINT64_MAX, .repeated = INT64_MAX};
    json_t *object = format(&event);
    expect_member(object, "tlsward.dropped", "9223372036854775807");
    expect_member(object, "tlsward.repeated", "9223372036854775807");
    json_decref(object);
}
END_TEST

#define BAD "\xEF\xBF\xBD" /* U+FFFD */

static const struct {
    const char *what, *name;
    size_t length;
    unsigned times;
    const char *json;
    unsigned count;
} name_rows[] = {
    {"one", "a.example", 9, 1, "[\"a.example\"]", 1},
    {"a NUL hides nothing behind it", "good.example\0.evil.example", 26, 1, "[\"good.example" BAD ".evil.example\"]",
     1},
    {"a name without text is only counted", NULL, 0, 2, "[]", 2},
    {"no name", "", 0, 1, "[\"\"]", 1},
    {"those that are too many are only counted", "n", 1, 20,
     "[\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\",\"n\"]", 20},
    {"what would forge a member is in its string", "x\"],\"tlsward.action\":\"allowed", 29, 1,
     "[\"x\\\"],\\\"tlsward.action\\\":\\\"allowed\"]", 1},
};

START_TEST(alternative_names_are_an_array_and_a_count)
{
    char count[16];
    struct alternative_names told = {0};
    struct event event = {.kind = EVENT_NOTICE, .tls_names = &told};
    for (unsigned i = 0; i < name_rows[_i].times; i++)
        alternative_names_add(&told, name_rows[_i].name, name_rows[_i].length);
    json_t *object = format(&event);
    snprintf(count, sizeof count, "%u", name_rows[_i].count);
    expect_member(object, "tls.server.x509.alternative_names", name_rows[_i].json);
    expect_member(object, "tlsward.alternative_names_count", count);
    json_decref(object);
}
END_TEST

START_TEST(a_long_alternative_name_is_cut_and_all_fit)
{
    char text[20000];
    struct alternative_names told = {0};
    memset(text, 'x', sizeof text);
    for (unsigned i = 0; i < 100; i++)
        alternative_names_add(&told, text, sizeof text);
    ck_assert_uint_eq(told.count, 100);
    ck_assert_uint_le(told.length, sizeof told.text);
    ck_assert_uint_ge(told.told, 7);
    ck_assert_uint_eq(strlen(told.text), ALTERNATIVE_NAME_BYTES + strlen("\u2026"));
    ck_assert_str_eq(told.text + ALTERNATIVE_NAME_BYTES, "\u2026");
}
END_TEST

static const struct {
    enum answer answer;
    const char *json; /* NULL: left out */
} established[] = {{ANSWER_UNKNOWN, NULL}, {ANSWER_YES, "true"}, {ANSWER_NO, "false"}};

START_TEST(whether_it_was_established_may_be_unknown)
{
    struct event event = {.kind = EVENT_HANDSHAKE, .tls_established = established[_i].answer};
    json_t *object = format(&event);
    if (established[_i].json != NULL)
        expect_member(object, "tls.established", established[_i].json);
    else
        ck_assert_ptr_null(json_object_get(object, "tls.established"));
    json_decref(object);
}
END_TEST

static const struct {
    const char *what, *input, *value;
} texts[] = {
    {"empty", "", ""},
    {"quote and backslash end no string", "a\"b\\c\\", "a\"b\\c\\"},
    {"a newline starts no second event", "a\n{\"x\":1}\r", "a\n{\"x\":1}\r"},
    {"tab, backspace, SOH, unit separator", "\t\b\x01\x1F", "\t\b\x01\x1F"},
    {"a terminal escape", "\x1B[2J\x1B]0;x\x07", "\x1B[2J\x1B]0;x\x07"},
    {"DEL", "\x7F", "\x7F"},
    {"C1: CSI is a terminal escape too",
     "\xC2\x9B"
     "2J\xC2\x80\xC2\x9F",
     "\xC2\x9B"
     "2J\xC2\x80\xC2\x9F"},
    {"line and paragraph separator", "\xE2\x80\xA8\xE2\x80\xA9", "\xE2\x80\xA8\xE2\x80\xA9"},
    {"right-to-left override", "\xE2\x80\xAEmoc\xE2\x80\xAC", "\xE2\x80\xAEmoc\xE2\x80\xAC"},
    {"isolates", "\xE2\x81\xA6x\xE2\x81\xA9", "\xE2\x81\xA6x\xE2\x81\xA9"},
    {"zero width and byte order mark", "\xE2\x80\x8B\xEF\xBB\xBF", "\xE2\x80\x8B\xEF\xBB\xBF"},
    {"UTF-8 of two, three and four bytes", "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80",
     "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"the first and last of each length", "\xC2\xA0\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF",
     "\xC2\xA0\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
    {"next to the surrogates", "\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80"},
    {"Latin-1", "M\xFCller", "M" BAD "ller"},
    {"lone continuation", "a\x80z", "a" BAD "z"},
    {"overlong slash, two bytes", "\xC0\xAF", BAD BAD},
    {"overlong slash, three bytes", "\xE0\x80\xAF", BAD BAD BAD},
    {"overlong slash, four bytes", "\xF0\x80\x80\xAF", BAD BAD BAD BAD},
    {"surrogate", "\xED\xA0\x80", BAD BAD BAD},
    {"above U+10FFFF", "\xF4\x90\x80\x80", BAD BAD BAD BAD},
    {"no lead bytes", "\xF5\xF8\xFE\xFF", BAD BAD BAD BAD},
    {"cut short before the end", "x\xF0\x9F\x98", "x" BAD BAD BAD},
    {"cut short before a quote", "\xE2\x82\"", BAD BAD "\""},
    {"cut short before a good one", "\xE2\xC3\xBC", BAD "\xC3\xBC"},
};

/* Sequences that do something to a terminal or a viewer must not be in the line as they are. */
static void expect_harmless(const char *line, size_t length, const char *what)
{
    for (size_t i = 0; i + 1 < length; i++) {
        const unsigned char *s = (const unsigned char *)line + i;
        bool c0 = s[0] < 0x20 || s[0] == 0x7F;
        bool c1 = s[0] == 0xC2 && s[1] < 0xA0;
        bool separator_or_bidi = s[0] == 0xE2 && s[1] == 0x80 && (s[2] >= 0xA8 && s[2] <= 0xAE);
        bool invisible =
            s[0] == 0xE2 && ((s[1] == 0x80 && s[2] >= 0x8B && s[2] <= 0x8F) || (s[1] == 0x81 && s[2] < 0xB0));
        bool mark = s[0] == 0xEF && s[1] == 0xBB && s[2] == 0xBF;
        ck_assert_msg(!c0 && !c1 && !separator_or_bidi && !invisible && !mark, "%s: at %zu of %.*s", what, i,
                      (int)length, line);
    }
    ck_assert_msg(line[length - 1] == '\n', "%s: no newline at the end", what);
}

START_TEST(a_string_keeps_its_value_and_loses_its_teeth)
{
    struct event event = {.kind = EVENT_NOTICE, .message = texts[_i].input};
    char buffer[EVENT_MAX];
    size_t length = event_format(&event, buffer);
    expect_harmless(buffer, length, texts[_i].what);
    json_t *object = parse(buffer, length);
    const char *value = json_string_value(json_object_get(object, "tlsward.message"));
    ck_assert_msg(value && strcmp(value, texts[_i].value) == 0, "%s: %s", texts[_i].what, value);
    json_decref(object);
}
END_TEST

static const struct {
    const char *what, *unit, *value;
    size_t width; /* bytes in the line */
} floods[] = {
    {"letters", "a", "a", 1},
    {"control characters", "\x01", "\x01", 6},
    {"bad bytes", "\xFF", BAD, 6},
    {"quotes", "\"", "\"", 6},
    {"two bytes", "\xC3\xBC", "\xC3\xBC", 2},
    {"three bytes", "\xE2\x82\xAC", "\xE2\x82\xAC", 3},
    {"four bytes", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 4},
    {"separators", "\xE2\x80\xA8", "\xE2\x80\xA8", 6},
};

static char *flood(const char *unit, size_t count)
{
    size_t size = strlen(unit);
    char *text = malloc(size * count + 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + size * i, unit, size);
    text[size * count] = '\0';
    return text;
}

/* Some whole units, then the ellipsis. */
static void expect_shortened(const char *name, const char *value, const char *unit)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    const char *rest = value;
    while (strncmp(rest, unit, strlen(unit)) == 0)
        rest += strlen(unit);
    ck_assert_msg(strcmp(rest, ellipsis) == 0, "%s ends in %s", name, rest);
    ck_assert_msg(rest > value, "%s: nothing is left", name);
}

/* As many names as are told, each as long as one may be. */
static const struct alternative_names *flooded_names(const char *text)
{
    static struct alternative_names names_of_flood;
    names_of_flood = (struct alternative_names){0};
    for (size_t i = 0; i < 2 * ALTERNATIVE_NAMES_MAX; i++)
        alternative_names_add(&names_of_flood, text, strlen(text));
    return &names_of_flood;
}

static struct event flooded(const char *text, struct settings *flooded_settings)
{
    struct event event = handshake;
    event.tls_names = flooded_names(text);
    *flooded_settings = settings;
    flooded_settings->rule = flooded_settings->expired_rule = text;
    event.settings = flooded_settings;
    event.executable = event.server_address = event.server_ip = event.tls_version = event.tls_cipher = text;
    event.tls_subject = event.tls_issuer = event.tls_not_after = event.tls_sha256 = event.expected_name = text;
    event.x509_text = event.call_site = event.library = event.checked_later = event.message = text;
    event.script = event.unit = event.advice = event.host = event.container = event.tls_group = event.tls_curve =
        event.tls_next_protocol = text;
    event.tls_not_before = event.tls_serial_number = event.tls_key_algorithm = event.tls_key_curve = text;
    event.tls_signature_algorithm = event.tls_issuer_common_name = event.tls_issuer_organization = text;
    event.tls_issuer_country = event.anchor_subject = event.anchor_file = event.anchor_source = text;
    event.tls_key_bits = event.chain_length = UINT32_MAX;
    event.time = (struct timespec){.tv_sec = (time_t)INT64_MAX, .tv_nsec = 999999999};
    event.pid = INT32_MAX;
    event.uid = event.gid = UINT32_MAX;
    event.server_port = UINT16_MAX;
    event.dropped = event.repeated = UINT64_MAX;
    return event;
}

START_TEST(the_largest_event_fits_and_is_json)
{
    char *text = flood(floods[_i].unit, 20000);
    struct settings flooded_settings;
    struct event event = flooded(text, &flooded_settings);
    char *buffer = malloc(EVENT_MAX); /* so that a sanitizer sees the byte behind it */
    size_t length = event_format(&event, buffer);
    ck_assert_uint_le(length, EVENT_MAX);
    ck_assert_msg(length > EVENT_MAX * 2 / 3, "%s: the room is not used: %zu", floods[_i].what, length);
    expect_harmless(buffer, length, floods[_i].what);

    static const char *const shortened[] = {
        "process.executable",
        "server.address",
        "server.ip",
        "tls.protocol.version",
        "tls.cipher",
        "tls.server.subject",
        "tls.server.issuer",
        "tls.server.not_after",
        "rule.name",
        "tls.server.hash.sha256",
        "tlsward.call_site",
        "tlsward.x509_error_text",
        "tlsward.expired_rule",
        "tlsward.expected_name",
        "tlsward.library",
        "tlsward.app_checked_later",
        "tlsward.message",
        "tlsward.advice",
        "tlsward.script",
        "tlsward.unit",
        "host.name",
        "container.id",
        "tls.curve",
        "tls.next_protocol",
        "tls.server.not_before",
        "tls.server.x509.serial_number",
        "tls.server.x509.public_key_algorithm",
        "tls.server.x509.public_key_curve",
        "tls.server.x509.signature_algorithm",
        "tls.server.x509.issuer.common_name",
        "tls.server.x509.issuer.organization",
        "tls.server.x509.issuer.country",
        "tls.server.x509.issuer.distinguished_name",
        "tlsward.anchor.subject",
        "tlsward.anchor.file",
        "tlsward.anchor.source",
        "tlsward.group",
    };
    json_t *object = parse(buffer, length);
    for (size_t i = 0; i < sizeof shortened / sizeof *shortened; i++)
        expect_shortened(shortened[i], json_string_value(json_object_get(object, shortened[i])), floods[_i].value);
    json_decref(object);
    free(buffer);
    free(text);
}
END_TEST

START_TEST(only_the_longest_strings_are_shortened)
{
    char *text = flood("x", 20000);
    struct event event = handshake;
    event.message = event.tls_subject = text;
    json_t *object = format(&event);
    for (size_t i = 0; i < MEMBERS; i++)
        if (strcmp(members[i].name, "tlsward.message") != 0 && strcmp(members[i].name, "tls.server.subject") != 0)
            expect_member(object, members[i].name, members[i].json);
    expect_shortened("message", json_string_value(json_object_get(object, "tlsward.message")), "x");
    expect_shortened("subject", json_string_value(json_object_get(object, "tls.server.subject")), "x");
    json_decref(object);
    free(text);
}
END_TEST

/* Every length around the one from which on a string is shortened. */
START_TEST(the_edge_of_the_buffer_is_valid)
{
    bool whole = false, shortened = false;
    for (size_t count = (EVENT_MAX - 600) / floods[_i].width; count <= EVENT_MAX / floods[_i].width; count++) {
        char *text = flood(floods[_i].unit, count);
        struct event event = {.kind = EVENT_NOTICE, .message = text};
        json_t *object = format(&event);
        const char *value = json_string_value(json_object_get(object, "tlsward.message"));
        if (strlen(value) == count * strlen(floods[_i].value)) {
            whole = true;
        } else {
            expect_shortened("message", value, floods[_i].value);
            shortened = true;
        }
        json_decref(object);
        free(text);
    }
    ck_assert_msg(whole && shortened, "%s: the edge is elsewhere", floods[_i].what);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    TCase *content = tcase_create("content");
    tcase_add_test(content, a_full_handshake_has_exactly_these_members);
    tcase_add_loop_test(content, what_is_not_known_is_left_out, 0, ROWS(wholes));
    tcase_add_loop_test(content, the_outcome_is_a_failure_only_if_a_check_failed, 0, ROWS(outcomes));
    tcase_add_loop_test(content, app_verify_is_what_the_program_demanded, 0, ROWS(demands));
    tcase_add_loop_test(content, the_time_is_rfc_3339, 0, ROWS(times));
    tcase_add_test(content, a_count_no_reader_can_hold_is_the_largest_it_can);
    tcase_add_loop_test(content, alternative_names_are_an_array_and_a_count, 0, ROWS(name_rows));
    tcase_add_test(content, a_long_alternative_name_is_cut_and_all_fit);
    tcase_add_loop_test(content, whether_it_was_established_may_be_unknown, 0, ROWS(established));

    TCase *hostile = tcase_create("hostile");
    tcase_add_loop_test(hostile, a_string_keeps_its_value_and_loses_its_teeth, 0, ROWS(texts));
    tcase_add_loop_test(hostile, the_largest_event_fits_and_is_json, 0, ROWS(floods));
    tcase_add_test(hostile, only_the_longest_strings_are_shortened);
    tcase_add_loop_test(hostile, the_edge_of_the_buffer_is_valid, 0, ROWS(floods));

    return run_cases("event", (TCase *const[]){content, hostile, NULL});
}
