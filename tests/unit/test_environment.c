/* The variables that count, where memory is short when they are looked for first. */
#include "process/environment.h"

#include <check.h>
#include <stdlib.h>
#include <sys/resource.h>

static void limit_memory(rlim_t bytes)
{
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = bytes, .rlim_max = RLIM_INFINITY}), 0);
}

/* Unused where a sanitizer is: see main(). */
#pragma GCC diagnostic ignored "-Wunused"
START_TEST(what_did_not_fit_at_the_start_is_looked_for_again)
{
    char *variables[] = {"TLSWARD_MODE=enforce", NULL};
    setenv("TLSWARD_MODE", "enforce", 1);
    limit_memory(4096);
    environment_keep(variables);
    const struct environment *found = environment_at_start();
    const char *kept = environment_kept(VARIABLE_MODE);
    limit_memory(RLIM_INFINITY);
    ck_assert_msg(found == NULL, "variables that were not read count as not set");
    ck_assert_ptr_null(kept);
    ck_assert_ptr_nonnull(environment_at_start());
    ck_assert_str_eq(environment_at_start()->values[VARIABLE_MODE], "enforce");
}
END_TEST

START_TEST(what_is_kept_stays_as_it_was)
{
    char *variables[] = {"TLSWARD_MODE=enforce", NULL};
    char *others[] = {"TLSWARD_MODE=off", NULL};
    environment_keep(variables);
    environment_keep(others);
    ck_assert_str_eq(environment_kept(VARIABLE_MODE), "enforce");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("environment");
    TCase *memory = tcase_create("memory");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* which want memory of the kernel themselves */
    tcase_add_test(memory, what_did_not_fit_at_the_start_is_looked_for_again);
#endif
    tcase_add_test(memory, what_is_kept_stays_as_it_was);
    suite_add_tcase(suite, memory);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
