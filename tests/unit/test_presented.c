#include "cases.h"
#include "openssl/presented.h"

#include <check.h>
#include <string.h>

/* As many are known to have counted: presented.c. Each test is a process of its own (check(3) forks). */
enum { KNOWN = 64, DIGEST = 32 };

static const unsigned char *key(unsigned number)
{
    static unsigned char digest[DIGEST];

    /* Each of the filter's bits comes from other bytes, and far apart. */
    for (size_t i = 0; i < sizeof digest; i++) {
        digest[i] = (unsigned char)((number + 1) * (2 * i + 37));
    }
    return digest;
}

static void know(unsigned first, unsigned count)
{
    for (unsigned number = first; number < first + count; number++) {
        presented_know_key(key(number));
    }
}

START_TEST(a_key_that_counted_goes_on_to_count)
{
    know(0, KNOWN);
    presented_add_key(key(0));
    ck_assert(!presented_has_key(key(0)));
}
END_TEST

START_TEST(of_more_than_are_known_the_first_is_forgotten)
{
    know(0, KNOWN + 1);
    ck_assert(!presented_has_key(key(0)));
    presented_add_key(key(0));
    presented_add_key(key(1));
    ck_assert(presented_has_key(key(0)));
    ck_assert(!presented_has_key(key(1)));
}
END_TEST

START_TEST(what_counts_again_takes_no_other_place)
{
    know(0, KNOWN);
    know(1, KNOWN - 1);
    presented_add_key(key(0));
    ck_assert(!presented_has_key(key(0)));
}
END_TEST

START_TEST(a_key_that_is_known_too_late_stays_presented)
{
    presented_add_key(key(0));
    presented_know_key(key(0));
    ck_assert(presented_has_key(key(0)));
    ck_assert(!presented_has_key(key(1)));
}
END_TEST

START_TEST(a_key_without_a_digest_stands_for_all)
{
    presented_add_key(NULL);
    ck_assert(presented_has_key(key(0)));
}
END_TEST

int main(void)
{
    TCase *keys = tcase_create("keys");
    tcase_add_test(keys, a_key_that_counted_goes_on_to_count);
    tcase_add_test(keys, of_more_than_are_known_the_first_is_forgotten);
    tcase_add_test(keys, what_counts_again_takes_no_other_place);
    tcase_add_test(keys, a_key_that_is_known_too_late_stays_presented);
    tcase_add_test(keys, a_key_without_a_digest_stands_for_all);
    return run_cases("presented", (TCase *const[]){keys, NULL});
}
