/* Events counted by groups, in one tally or in several that are put together. */
#include "events/tally.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct event_record record;

static const enum member by[] = {MEMBER_EXECUTABLE, MEMBER_REASON};
static const enum member kept[] = {MEMBER_RULE, MEMBER_NOT_AFTER};

static struct tally make(void)
{
    return tally_new(by, 2, kept, 2);
}

/* `more` begins with a comma. */
static void add(struct tally *tally, const char *time, const char *action, const char *id, const char *more)
{
    static char line[4096];
    int length = snprintf(line, sizeof line,
                          "{\"@timestamp\":\"%s\",\"tlsward.schema\":1,\"event.action\":\"%s\",\"event.id\":\"%s\"%s}",
                          time, action, id, more);
    ck_assert_msg(record_read(&record, line, (size_t)length), "%s", record.damage);
    tally_add(tally, &record);
}

#define HANDSHAKE "tls-handshake"
#define UPDATE "tls-handshake-update"
#define OF_CURL ",\"process.executable\":\"/bin/curl\""
#define FAILED                                                                                                         \
    ",\"tlsward.outcome\":\"failed\",\"tlsward.action\":\"would-block\",\"tlsward.reason\":\"certificate-expired\""
#define VERIFIED ",\"tlsward.outcome\":\"verified\",\"tlsward.action\":\"allowed\""

static const struct tally_group *only_group(const struct tally *tally)
{
    ck_assert_uint_eq(tally->group_count, 1);
    return &tally->groups[0];
}

START_TEST(counts_and_times_of_a_group)
{
    struct tally tally = make();
    add(&tally, "2026-11-21T06:00:00Z", HANDSHAKE, "1", OF_CURL FAILED ",\"host.name\":\"a\"");
    add(&tally, "2026-11-21T05:00:00Z", HANDSHAKE, "2",
        OF_CURL FAILED ",\"tlsward.repeated\":9,\"host.name\":\"b\",\"tlsward.dropped\":3");
    const struct tally_group *group = only_group(&tally);
    bool exact;
    ck_assert(slice_is(tally_part(group, 0), "/bin/curl") && slice_is(tally_part(group, 1), "certificate-expired"));
    ck_assert_uint_eq(group->events, 2);
    ck_assert_uint_eq(tally_fate(group, FATE_WOULD_BLOCK), 11);
    ck_assert_uint_eq(tally_handshakes(group), 11);
    ck_assert_int_eq(group->last - group->first, 3600000);
    ck_assert(distinct_count(&group->hosts, &exact) == 2 && exact);
    ck_assert_uint_eq(tally.totals.dropped, 3);
    ck_assert_uint_eq(tally.totals.repeated, 9);
    ck_assert_uint_eq(tally.timeline.count, 2);
    ck_assert_uint_eq(tally.timeline.hours[0].by_fate[FATE_WOULD_BLOCK], 10);
    tally_free(&tally);
}
END_TEST

START_TEST(groups_differ_in_each_part)
{
    struct tally tally = make();
    const char *const members[] = {OF_CURL,
                                   OF_CURL FAILED,
                                   FAILED,
                                   "",
                                   ",\"process.executable\":\"/bin/cur\"",
                                   ",\"tlsward.reason\":\"/bin/curl\""};
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < 6; i++)
            add(&tally, "2026-11-21T06:00:00Z", HANDSHAKE, "1", members[i]);
    ck_assert_uint_eq(tally.group_count, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(tally.groups[i].events, 2);
    tally_free(&tally);
}
END_TEST

#define RULE_OF(name) ",\"rule.name\":\"" name "\""
#define ENDS ",\"tls.server.not_after\":\"2027-03-31T00:00:00Z\""

/* The rule is from seven o'clock, and the end from six: what is between them is newer than one, and not than both. */
START_TEST(each_kept_member_has_a_time_of_its_own)
{
    struct tally whole = make(), late = make();
    add(&whole, "2026-11-21T06:00:00Z", HANDSHAKE, "1", OF_CURL RULE_OF("six") ENDS);
    add(&late, "2026-11-21T07:00:00Z", HANDSHAKE, "2", OF_CURL RULE_OF("seven"));
    tally_merge(&whole, &late);
    add(&late, "2026-11-21T06:30:00Z", HANDSHAKE, "3",
        OF_CURL RULE_OF("between") ",\"tls.server.not_after\":\"2028-01-01T00:00:00Z\"");
    tally_merge(&whole, &late);
    ck_assert_str_eq(tally_kept(only_group(&whole), 0), "seven");
    ck_assert_str_eq(tally_kept(only_group(&whole), 1), "2028-01-01T00:00:00Z");
    tally_free(&whole);
    tally_free(&late);
}
END_TEST

/* A worker's tallies are emptied again and again, and the texts of all of them with the one that owns them. */
START_TEST(tallies_with_the_same_texts_are_merged_again_and_again)
{
    struct tally whole = make(), beside = make(), part = make(), other = make();
    tally_share_texts(&beside, &whole);
    tally_share_texts(&other, &part);
    for (int i = 0; i < 3; i++) {
        add(&part, "2026-11-21T06:00:00Z", HANDSHAKE, "1", OF_CURL RULE_OF("a"));
        add(&other, "2026-11-21T06:00:00Z", HANDSHAKE, "1", ",\"process.executable\":\"a\"" RULE_OF("b"));
        tally_merge(&beside, &other);
        tally_merge(&whole, &part);
    }
    ck_assert_uint_eq(only_group(&whole)->events, 3);
    ck_assert_uint_eq(only_group(&beside)->events, 3);
    ck_assert(slice_is(tally_part(only_group(&beside), 0), "a") &&
              slice_is(tally_part(only_group(&whole), 0), "/bin/curl"));
    ck_assert_str_eq(tally_kept(only_group(&beside), 0), "b");
    tally_free(&other);
    tally_free(&part);
    tally_free(&beside);
    tally_free(&whole);
}
END_TEST

START_TEST(what_the_newest_event_says_is_kept)
{
    struct tally tally = make();
    add(&tally, "2026-11-21T06:00:00Z", HANDSHAKE, "1", OF_CURL ",\"rule.name\":\"new\"");
    add(&tally, "2026-11-21T05:00:00Z", HANDSHAKE, "2",
        OF_CURL ",\"rule.name\":\"old-and-long\",\"tls.server.not_after\":\"2027-03-31T00:00:00Z\"");
    add(&tally, "2026-11-21T07:00:00Z", HANDSHAKE, "3", OF_CURL);
    ck_assert_str_eq(tally_kept(only_group(&tally), 0), "new");
    ck_assert_str_eq(tally_kept(only_group(&tally), 1), "2027-03-31T00:00:00Z");
    tally_free(&tally);
}
END_TEST

START_TEST(updates_belong_to_their_handshake)
{
    struct tally tally = make();
    add(&tally, "2026-11-21T06:00:00Z", HANDSHAKE, "1", OF_CURL FAILED);
    add(&tally, "2026-11-21T06:00:01Z", UPDATE, "1", ",\"tlsward.app_checked_later\":\"names-read\"");
    add(&tally, "2026-11-21T06:00:01Z", UPDATE, "1", ",\"tlsward.app_checked_later\":\"names-read name-matched\"");
    add(&tally, "2026-11-21T06:00:02Z", UPDATE, "1",
        ",\"tlsward.app_checked_later\":\"verify-result names-read name-matched\"");
    add(&tally, "2026-11-21T06:00:02Z", UPDATE, "2", ",\"tlsward.app_checked_later\":\"name-matched\"");
    tally_finish(&tally);
    ck_assert_uint_eq(only_group(&tally)->checked_later, 1);
    ck_assert_uint_eq(only_group(&tally)->events, 1);
    ck_assert_uint_eq(tally.totals.updates, 4);
    ck_assert_uint_eq(tally.totals.lone_updates, 1);
    tally_free(&tally);
}
END_TEST

START_TEST(updates_find_their_handshake_in_another_tally)
{
    struct tally one = make(), other = make();
    add(&one, "2026-11-21T06:00:00Z", HANDSHAKE, "0", OF_CURL);
    add(_i == 0 ? &one : &other, "2026-11-21T06:00:00Z", HANDSHAKE, "1", FAILED);
    add(_i == 0 ? &other : &one, "2026-11-21T06:00:01Z", UPDATE, "1",
        ",\"tlsward.app_checked_later\":\"name-matched\"");
    add(_i == 0 ? &other : &one, "2026-11-21T06:00:01Z", "clear-text-retry-refused", "1", "");
    tally_merge(&one, &other);
    ck_assert_uint_eq(other.group_count, 0);
    tally_finish(&one);
    ck_assert_uint_eq(one.group_count, 2);
    ck_assert_uint_eq(one.groups[1].checked_later, 1);
    ck_assert_uint_eq(one.groups[1].retries_refused, 1);
    ck_assert_uint_eq(one.totals.lone_updates, 0);
    tally_free(&one);
    tally_free(&other);
}
END_TEST

START_TEST(merged_is_as_counted_at_once)
{
    struct tally whole = make(), one = make(), other = make();
    char more[256];
    for (int i = 0; i < 20000; i++) {
        snprintf(more, sizeof more, ",\"process.executable\":\"/bin/%d\"%s,\"host.name\":\"h%d\",\"rule.name\":\"r%d\"",
                 i * 7 % 3000, i % 3 == 0 ? VERIFIED : FAILED, i % 5, i % 11);
        add(&whole, "2026-11-21T06:00:00Z", HANDSHAKE, "1", more);
        add(i % 2 == 0 ? &one : &other, "2026-11-21T06:00:00Z", HANDSHAKE, "1", more);
    }
    tally_merge(&one, &other);
    ck_assert_uint_eq(one.group_count, whole.group_count);
    for (size_t i = 0; i < whole.group_count; i++) {
        struct slice parts[] = {tally_part(&whole.groups[i], 0), tally_part(&whole.groups[i], 1)};
        const struct tally_group *group = tally_group(&one, parts, 2);
        ck_assert_uint_eq(group->events, whole.groups[i].events);
        for (int fate = 0; fate < FATE_COUNT; fate++)
            ck_assert_uint_eq(tally_fate(group, (enum fate)fate), tally_fate(&whole.groups[i], (enum fate)fate));
        ck_assert_str_eq(tally_kept(group, 0), tally_kept(&whole.groups[i], 0));
        bool exact;
        ck_assert_uint_eq(distinct_count(&group->hosts, &exact), distinct_count(&whole.groups[i].hosts, &exact));
    }
    ck_assert_uint_eq(one.group_count, whole.group_count);
    ck_assert_mem_eq(one.totals.by_fate, whole.totals.by_fate, sizeof one.totals.by_fate);
    tally_free(&whole);
    tally_free(&one);
    tally_free(&other);
}
END_TEST

/* More than a number of 32 bits holds, in one event, in several and where tallies are put together. */
START_TEST(very_many_handshakes_are_counted_each)
{
    struct tally tally = make(), other = make();
    add(&tally, "2026-11-21T06:00:00Z", HANDSHAKE, "1", OF_CURL FAILED ",\"tlsward.repeated\":4294967294");
    ck_assert_uint_eq(tally_fate(only_group(&tally), FATE_WOULD_BLOCK), UINT32_MAX);
    add(&tally, "2026-11-21T06:00:00Z", HANDSHAKE, "2", OF_CURL FAILED ",\"tlsward.repeated\":1");
    ck_assert_uint_eq(tally_fate(only_group(&tally), FATE_WOULD_BLOCK), UINT32_MAX + UINT64_C(2));
    add(&other, "2026-11-21T06:00:00Z", HANDSHAKE, "3", OF_CURL FAILED ",\"tlsward.repeated\":5000000000");
    add(&other, "2026-11-21T06:00:00Z", HANDSHAKE, "4", OF_CURL FAILED);
    tally_merge(&tally, &other);
    ck_assert_uint_eq(tally_fate(only_group(&tally), FATE_WOULD_BLOCK), UINT32_MAX + UINT64_C(5000000004));
    ck_assert_uint_eq(tally_fate(only_group(&tally), FATE_BLOCKED), 0);
    tally_free(&tally);
    tally_free(&other);
}
END_TEST

START_TEST(claimed_counts_stop_at_the_largest)
{
    struct tally tally = make();
    for (int i = 0; i < 5; i++)
        add(&tally, "2026-11-21T06:00:00Z", HANDSHAKE, "1", OF_CURL FAILED ",\"tlsward.repeated\":9223372036854775807");
    ck_assert_uint_eq(tally_handshakes(only_group(&tally)), UINT64_MAX);
    tally_free(&tally);
}
END_TEST

START_TEST(claimed_times_do_not_fill_the_memory)
{
    struct timeline timeline = {.count = 0};
    for (int64_t i = 0; i < TIMELINE_HOURS_MAX + 10; i++)
        timeline_add(&timeline, -i * MILLISECONDS_OF_HOUR * 3, FATE_BLOCKED, 2);
    ck_assert_uint_eq(timeline.count, TIMELINE_HOURS_MAX);
    ck_assert_uint_eq(timeline.beyond, 20);
    timeline_free(&timeline);
}
END_TEST

static const unsigned sizes[] = {0, 1, 2, 31, 32, 33, 100, 1000, 100000};

/* In two halves, which are put together, too. */
START_TEST(different_texts_are_counted)
{
    struct distinct all = {.first = 0}, even = {.first = 0}, odd = {.first = 0};
    char text[32];
    bool exact;
    for (int turn = 0; turn < 2; turn++)
        for (unsigned i = 0; i < sizes[_i]; i++) {
            snprintf(text, sizeof text, "host-%u.example", i);
            distinct_add(&all, slice_of(text));
            distinct_add(i % 2 == 0 ? &even : &odd, slice_of(text));
        }
    distinct_merge(&odd, &even);
    double counted = (double)distinct_count(&all, &exact), size = sizes[_i];
    ck_assert(exact == (sizes[_i] <= 32));
    ck_assert(counted >= size * (exact ? 1 : 0.8) && counted <= size * (exact ? 1 : 1.2));
    ck_assert(counted == (double)distinct_count(&odd, &exact));
    distinct_free(&all);
    distinct_free(&even);
    distinct_free(&odd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tally");
    TCase *test_case = tcase_create("tally");
    tcase_add_test(test_case, counts_and_times_of_a_group);
    tcase_add_test(test_case, groups_differ_in_each_part);
    tcase_add_test(test_case, what_the_newest_event_says_is_kept);
    tcase_add_test(test_case, each_kept_member_has_a_time_of_its_own);
    tcase_add_test(test_case, tallies_with_the_same_texts_are_merged_again_and_again);
    tcase_add_test(test_case, updates_belong_to_their_handshake);
    tcase_add_loop_test(test_case, updates_find_their_handshake_in_another_tally, 0, 2);
    tcase_add_test(test_case, merged_is_as_counted_at_once);
    tcase_add_test(test_case, very_many_handshakes_are_counted_each);
    tcase_add_test(test_case, claimed_counts_stop_at_the_largest);
    tcase_add_test(test_case, claimed_times_do_not_fill_the_memory);
    tcase_add_loop_test(test_case, different_texts_are_counted, 0, sizeof sizes / sizeof *sizes);
    suite_add_tcase(suite, test_case);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
