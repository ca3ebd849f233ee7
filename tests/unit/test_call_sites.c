#include "cases.h"
#include "openssl/call_sites.h"

#include <check.h>

enum { CALLERS = 10000 };

static char callers[CALLERS], libraries[CALLERS];

static struct library *library_at(int number)
{
    return (struct library *)(void *)&libraries[number];
}

START_TEST(finds_what_was_kept)
{
    call_sites_keep(&callers[1], 11, library_at(1));
    ck_assert_ptr_eq(call_sites_find(&callers[1], 11), library_at(1));
    ck_assert_ptr_null(call_sites_find(&callers[2], 11));
}
END_TEST

START_TEST(another_object_in_the_place_of_the_first_finds_nothing)
{
    call_sites_keep(&callers[1], 11, library_at(1));
    ck_assert_ptr_null(call_sites_find(&callers[1], 12));
}
END_TEST

START_TEST(nothing_is_kept_of_an_object_that_cannot_be_told_apart)
{
    call_sites_keep(&callers[1], 0, library_at(1));
    ck_assert_ptr_null(call_sites_find(&callers[1], 0));
}
END_TEST

START_TEST(a_full_table_forgets_and_never_takes_one_for_another)
{
    int found = 0;
    for (int i = 0; i < CALLERS; i++)
        call_sites_keep(&callers[i], 11, library_at(i));
    for (int i = 0; i < CALLERS; i++) {
        const struct library *library = call_sites_find(&callers[i], 11);
        ck_assert(library == NULL || library == library_at(i));
        found += library != NULL;
    }
    ck_assert_int_gt(found, 0);
    ck_assert_int_lt(found, CALLERS);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("places");
    tcase_add_test(tests, finds_what_was_kept);
    tcase_add_test(tests, another_object_in_the_place_of_the_first_finds_nothing);
    tcase_add_test(tests, nothing_is_kept_of_an_object_that_cannot_be_told_apart);
    tcase_add_test(tests, a_full_table_forgets_and_never_takes_one_for_another);
    return run_cases("call_sites", (TCase *const[]){tests, NULL});
}
