/* What is read of an event's line, and what is no such line. jansson is the other reader: fuzz_record.c. */
#include "event/event.h"
#include "events/kind.h"
#include "events/timestamp.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static struct event_record record;

#define HEAD "\"@timestamp\":\"2026-11-21T06:44:40.123Z\",\"tlsward.schema\":1,\"event.action\":\"tls-handshake\""

static const struct {
    const char *what;
    const char *line;
    const char *damage; /* NULL: none */
} lines[] = {
    {"an event", "{" HEAD "}", NULL},
    {"an event with its newline", "{" HEAD "}\n", NULL},
    {"blanks between the parts", " {\"tlsward.dropped\" : 1 , " HEAD " } \r\n", NULL},
    {"a member of a later version", "{" HEAD ",\"a.b\":[\"c\",\"d\"],\"e\":true}", NULL},
    {"nothing", "", "it does not begin with {"},
    {"an empty object", "{}", "no name of a member where one has to be"},
    {"JSON of something else", "{\"a\":1}", "no event of tlsward: it lacks @timestamp, tlsward.schema or event.action"},
    {"a time that is none", "{\"@timestamp\":\"soon\",\"tlsward.schema\":1,\"event.action\":\"x\"}",
     "a @timestamp that is no point in time"},
    {"two events on a line", "{" HEAD "}{" HEAD "}", "something behind the event"},
    {"half an event", "{" HEAD, "the line ends within the event"},
    {"half a text", "{" HEAD ",\"rule.name\":\"a", "the line ends within a text"},
    {"half a value", "{" HEAD ",\"rule.name\":", "the line ends before a value"},
    {"no comma", "{" HEAD "\"rule.name\":\"a\"}", "no comma between members"},
    {"an object in the object", "{" HEAD ",\"a\":{}}",
     "a value that is neither text, number from 0 on, true, false nor array of texts"},
    {"a negative number", "{" HEAD ",\"a\":-1}",
     "a value that is neither text, number from 0 on, true, false nor array of texts"},
    {"a fraction", "{" HEAD ",\"a\":1.5}", "no comma between members"},
    {"a number beyond INT64_MAX", "{" HEAD ",\"a\":9223372036854775808}", "a number that is too large"},
    {"an octal number", "{" HEAD ",\"a\":01}", "a number that begins with 0"},
    {"an array of numbers", "{" HEAD ",\"a\":[1]}", "an array of something else than texts"},
    {"an array without an end", "{" HEAD ",\"a\":[\"b\"", "an array without an end"},
    {"a member twice", "{" HEAD ",\"event.action\":\"x\"}", "a member that was there before"},
    {"an unknown member twice", "{" HEAD ",\"a\":1,\"a\":1}", "a member that was there before"},
    {"a text for a number", "{" HEAD ",\"process.pid\":\"1\"}",
     "a member whose value is of another kind than its name says"},
    {"a name with an escape", "{" HEAD ",\"a\\u0041\":1}", "a name with an escape in it"},
    {"a control character", "{" HEAD ",\"a\":\"\033[31m\"}", "a control character"},
    {"a byte that is no UTF-8", "{" HEAD ",\"a\":\"12345678\xff\"}", "bytes that are no UTF-8"},
    {"U+0000", "{" HEAD ",\"a\":\"\\u0000\"}", "a backslash that escapes nothing"},
    {"half a surrogate pair", "{" HEAD ",\"a\":\"\\ud83d\"}", "a backslash that escapes nothing"},
};

START_TEST(lines_are_events_or_damaged)
{
    bool read = record_read(&record, lines[_i].line, strlen(lines[_i].line));
    ck_assert_msg(read == (lines[_i].damage == NULL), "%s: %s", lines[_i].what, record.damage);
    if (!read)
        ck_assert_msg(strcmp(record.damage, lines[_i].damage) == 0, "%s: %s", lines[_i].what, record.damage);
}
END_TEST

START_TEST(too_much_is_damage)
{
    char line[RECORD_LINE_MAX + 64] = "{" HEAD;
    for (int i = 0; i <= RECORD_OTHERS_MAX; i++)
        sprintf(line + strlen(line), ",\"x%d\":1", i);
    strcat(line, "}");
    ck_assert(!record_read(&record, line, strlen(line)));
    ck_assert_str_eq(record.damage, "too many members that are not known");
    memset(line, ' ', sizeof line);
    ck_assert(!record_read(&record, line, RECORD_LINE_MAX + 1));
    ck_assert_str_eq(record.damage, "the line is too long");
}
END_TEST

START_TEST(values_are_what_was_written)
{
    static const char line[] =
        "{" HEAD ",\"process.pid\":4711,\"tls.resumed\":true,\"tls.established\":false,\"rule.name\":"
        "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u202e\\ud83d\\ude00z\",\"tls.server.x509.alternative_names\":"
        "[\"\",\"b\\u0001\", \"c\"],\"event.type\":[],\"later\":\"\\u0041\"}";
    ck_assert(record_read(&record, line, strlen(line)));
    ck_assert_int_eq(record.time, INT64_C(1795243480123));
    ck_assert_uint_eq(record_number(&record, MEMBER_PID), 4711);
    ck_assert(slice_is(record_text(&record, MEMBER_PID), "4711"));
    ck_assert(record_flag(&record, MEMBER_RESUMED) && !record_flag(&record, MEMBER_ESTABLISHED));
    ck_assert(!record_flag(&record, MEMBER_NAME_WEAK) && record_number(&record, MEMBER_DROPPED) == 0);
    ck_assert(record_text(&record, MEMBER_REASON).length == 0);
    for (int turn = 0; turn < 3; turn++) {
        struct slice text;
        size_t at = 0;
        ck_assert(slice_is(record_text(&record, MEMBER_RULE), "a\"\\/\b\f\n\r\t\u00e9\u202e\U0001F600z"));
        ck_assert(record_next_text(&record, MEMBER_ALTERNATIVE_NAMES, &at, &text) && slice_is(text, ""));
        ck_assert(record_next_text(&record, MEMBER_ALTERNATIVE_NAMES, &at, &text) && slice_is(text, "b\001"));
        ck_assert(record_next_text(&record, MEMBER_ALTERNATIVE_NAMES, &at, &text) && slice_is(text, "c"));
        ck_assert(!record_next_text(&record, MEMBER_ALTERNATIVE_NAMES, &at, &text));
        at = 0;
        ck_assert(!record_next_text(&record, MEMBER_EVENT_TYPE, &at, &text));
        ck_assert(!record_next_text(&record, MEMBER_RULE, &at, &text));
    }
    bool found;
    ck_assert(slice_is(record_other(&record, "later", &found), "A") && found);
    record_other(&record, "never", &found);
    ck_assert(!found);
}
END_TEST

/* An event with all that there is to tell; the reader has to know the name of each member. */
static size_t write_full(enum event_kind kind, const struct verdict *verdict, char line[static EVENT_MAX])
{
    struct settings settings = {.mode = MODE_AUDIT,
                                .verify = VERIFY_FULL,
                                .enforce_percent = 1,
                                .enforce_side = SIDE_AUDITED,
                                .rule = "r",
                                .expired_rule = "\u202e",
                                .log = "stderr"};
    struct facts facts = {.authentication = AUTH_CERTIFICATE, .app_rejected = true, .name_is_weak = true};
    struct event event = {.kind = kind,
                          .id = "00112233445566778899aabbccddeeff",
                          .time = {1795243480, 123000000},
                          .executable = "/bin/x\x1b",
                          .server_address = "a.test",
                          .server_ip = "192.0.2.1",
                          .server_port = 443,
                          .tls_version = "1.3",
                          .tls_cipher = "c",
                          .tls_subject = "\"\\\xff",
                          .settings = &settings,
                          .facts = &facts,
                          .verdict = verdict,
                          .expected_name = "a.test",
                          .x509_text = "x",
                          .call_site = "s",
                          .library = "l",
                          .message = "m",
                          .checked_later = "names-read name-matched later",
                          .clear_text_retry_possible = true,
                          .dropped = 1,
                          .repeated = UINT64_MAX};
    return event_format(&event, line);
}

static const struct {
    enum event_kind kind;
    struct verdict verdict;
    enum record_kind expected;
    enum fate fate;
} events[] = {
    {EVENT_HANDSHAKE, {.outcome = OUTCOME_VERIFIED, .decider = DECIDED_BY_PROGRAM}, RECORD_HANDSHAKE, FATE_VERIFIED},
    {EVENT_HANDSHAKE, {.outcome = OUTCOME_VERIFIED_BY_POLICY}, RECORD_HANDSHAKE, FATE_BY_POLICY},
    {EVENT_HANDSHAKE, {.outcome = OUTCOME_FAILED, .action = ACTION_ALLOWED}, RECORD_HANDSHAKE, FATE_ALLOWED},
    {EVENT_HANDSHAKE, {.outcome = OUTCOME_FAILED, .action = ACTION_WOULD_BLOCK}, RECORD_HANDSHAKE, FATE_WOULD_BLOCK},
    {EVENT_HANDSHAKE,
     {.outcome = OUTCOME_FAILED, .action = ACTION_BLOCKED, .x509_error = 62},
     RECORD_HANDSHAKE,
     FATE_BLOCKED},
    {EVENT_HANDSHAKE,
     {.outcome = OUTCOME_FAILED, .action = ACTION_BLOCKED, .decider = DECIDED_BY_PROGRAM},
     RECORD_HANDSHAKE,
     FATE_REFUSED},
    {EVENT_UPDATE, {.outcome = OUTCOME_VERIFIED}, RECORD_UPDATE, FATE_VERIFIED},
    {EVENT_RETRY_REFUSED, {.outcome = OUTCOME_VERIFIED}, RECORD_RETRY_REFUSED, FATE_VERIFIED},
    {EVENT_NOTICE, {.outcome = OUTCOME_VERIFIED}, RECORD_NOTICE, FATE_VERIFIED},
    {EVENT_START, {.outcome = OUTCOME_VERIFIED}, RECORD_START, FATE_VERIFIED},
};

static void compare_with_jansson(const char *line, size_t length)
{
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    size_t count = 0;
    ck_assert(json_is_object(object));
    for (enum member member = 0; member < MEMBER_COUNT; member++) {
        const json_t *value = json_object_get(object, member_name(member));
        ck_assert_msg(record_has(&record, member) == (value != NULL), "%s", member_name(member));
        count += value != NULL;
        if (json_is_string(value))
            ck_assert_msg(slice_is(record_text(&record, member), json_string_value(value)), "%s", member_name(member));
        if (json_is_integer(value))
            ck_assert_uint_eq(record_number(&record, member), (uint64_t)json_integer_value(value));
    }
    ck_assert_uint_eq(count, json_object_size(object));
    json_decref(object);
}

START_TEST(every_member_of_the_library_is_known)
{
    char line[EVENT_MAX];
    size_t length = write_full(events[_i].kind, &events[_i].verdict, line);
    ck_assert_msg(record_read(&record, line, length), "%s", record.damage);
    ck_assert_msg(record.other_count == 0, "tools/events/members.def lacks %.*s", (int)record.others[0].name.length,
                  record.others[0].name.text);
    compare_with_jansson(line, length);
    ck_assert_int_eq(record_kind(&record), events[_i].expected);
    ck_assert_int_eq(record_fate(&record), events[_i].fate);
    ck_assert_uint_eq(record_checked_later(&record), LATER_NAMES | LATER_NAME_MATCHED | LATER_OTHER);
    ck_assert_uint_eq(record_count(&record), (uint64_t)INT64_MAX + 1);
}
END_TEST

static const struct {
    const char *text;
    int64_t milliseconds; /* -1: none */
} times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.999Z", 999},
    {"1970-01-01T00:00:00.1Z", 100},
    {"1970-01-01T00:00:00.123456789Z", 123},
    {"2000-02-29 12:00:00+01:00", INT64_C(951822000000)},
    {"2026-11-21t06:44:40.123z", INT64_C(1795243480123)},
    {"1969-12-31T23:59:59Z", -1000},
    {"9999-12-31T23:59:60Z", INT64_C(253402300800000)},
    {"2026-11-21", -1},
    {"2025-02-29T00:00:00Z", -1},
    {"1900-02-29T00:00:00Z", -1},
    {"2026-13-01T00:00:00Z", -1},
    {"2026-11-00T00:00:00Z", -1},
    {"2026-11-31T00:00:00Z", -1},
    {"2026-11-21T24:00:00Z", -1},
    {"2026-11-21T00:60:00Z", -1},
    {"2026-11-21T00:00:00", -1},
    {"2026-11-21T00:00:00.Z", -1},
    {"2026-11-21T00:00:00+1:00", -1},
    {"2026-11-21T00:00:00Z ", -1},
    {"", -1},
};

START_TEST(points_in_time)
{
    int64_t milliseconds = -1;
    bool read = timestamp_read(slice_of(times[_i].text), &milliseconds);
    ck_assert_msg(read == (times[_i].milliseconds != -1), "%s", times[_i].text);
    ck_assert_msg(milliseconds == times[_i].milliseconds, "%s: %jd", times[_i].text, (intmax_t)milliseconds);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *test_case = tcase_create("record");
    tcase_add_loop_test(test_case, lines_are_events_or_damaged, 0, sizeof lines / sizeof *lines);
    tcase_add_test(test_case, too_much_is_damage);
    tcase_add_test(test_case, values_are_what_was_written);
    tcase_add_loop_test(test_case, every_member_of_the_library_is_known, 0, sizeof events / sizeof *events);
    tcase_add_loop_test(test_case, points_in_time, 0, sizeof times / sizeof *times);
    suite_add_tcase(suite, test_case);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
