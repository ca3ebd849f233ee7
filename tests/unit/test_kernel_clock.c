#include "cases.h"
#include "process/kernel_clock.h"

#include <check.h>
#include <stdbool.h>

static bool is_before(const struct timespec *left, const struct timespec *right)
{
    return left->tv_sec < right->tv_sec || (left->tv_sec == right->tv_sec && left->tv_nsec <= right->tv_nsec);
}

static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE};

START_TEST(it_is_the_kernels)
{
    struct timespec before, now = {0}, after;
    ck_assert_int_eq(clock_gettime(clocks[_i], &before), 0);
    ck_assert_int_eq(kernel_clock(clocks[_i], &now), 0);
    ck_assert_int_eq(clock_gettime(clocks[_i], &after), 0);
    ck_assert(is_before(&before, &now) && is_before(&now, &after));
}
END_TEST

START_TEST(there_is_no_such_clock)
{
    struct timespec now = {0};
    ck_assert_int_eq(kernel_clock(1000, &now), -1);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("kernel_clock");
    tcase_add_loop_test(tests, it_is_the_kernels, 0, sizeof clocks / sizeof clocks[0]);
    tcase_add_test(tests, there_is_no_such_clock);
    return run_cases("kernel_clock", (TCase *const[]){tests, NULL});
}
