/* What --since and --until may be given. */
#include "events/period.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>

/* 2026-11-21T06:44:40Z, at which the clock of Kolkata says 12:14:40. */
#define NOW INT64_C(1795243480000)

static const struct {
    const char *text;
    int64_t time; /* -1: none */
} times[] = {
    {"now", NOW},
    {"90s", NOW - 90000},
    {"15m", NOW - 900000},
    {"2h", NOW - 7200000},
    {"7d", NOW - INT64_C(604800000)},
    {"4w", NOW - INT64_C(2419200000)},
    {"0d", NOW},
    {"@1700000000", INT64_C(1700000000000)},
    {"@0", 0},
    {"today", INT64_C(1795199400000)},
    {"yesterday", INT64_C(1795113000000)},
    {"2026-11-21", INT64_C(1795199400000)},
    {"2026-11-21 06:44", INT64_C(1795223640000)},
    {"2026-11-21T06:44:40", INT64_C(1795223680000)},
    {"2026-11-21T06:44:40Z", NOW},
    {"2026-11-21T06:44:40.5+01:00", NOW - 3599500},
    {"", -1},
    {"soon", -1},
    {"7", -1},
    {"7y", -1},
    {"-7d", -1},
    {"7dd", -1},
    {"@", -1},
    {"@-1", -1},
    {"@1x", -1},
    {"99999999999999999999d", -1},
    {"9999999999d", -1},
    {"2026-02-30", -1},
    {"2026-11-21 ", -1},
    {"2026-11-21T25:00:00Z", -1},
};

START_TEST(points_in_time_are_understood)
{
    int64_t time = -1;
    const char *problem = period_read(times[_i].text, NOW, &time);
    ck_assert_msg((problem == NULL) == (times[_i].time != -1), "%s", times[_i].text);
    ck_assert_msg(problem != NULL || time == times[_i].time, "%s: %jd", times[_i].text, (intmax_t)time);
}
END_TEST

int main(void)
{
    setenv("TZ", "IST-5:30", 1);
    tzset();
    Suite *suite = suite_create("period");
    TCase *test_case = tcase_create("period");
    tcase_add_loop_test(test_case, points_in_time_are_understood, 0, sizeof times / sizeof *times);
    suite_add_tcase(suite, test_case);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
