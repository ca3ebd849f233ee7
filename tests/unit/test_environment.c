/* The variables that count, where memory is short when they are looked for first. */
#include "cases.h"
#include "process/environment.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* A sanitizer wants memory of the kernel itself. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { INSTRUMENTED = 1 };
#else
enum { INSTRUMENTED = 0 };
#endif

static void limit_memory(rlim_t bytes)
{
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = bytes, .rlim_max = RLIM_INFINITY}), 0);
}

START_TEST(what_did_not_fit_at_the_start_is_looked_for_again)
{
    char *variables[] = {"TLSWARD_MODE=enforce", NULL};
    if (INSTRUMENTED)
        return;
    setenv("TLSWARD_MODE", "enforce", 1);
    limit_memory(4096);
    environment_keep(0, NULL, variables);
    const struct environment *found = environment_at_start();
    const char *kept = environment_kept(VARIABLE_MODE);
    limit_memory(RLIM_INFINITY);
    ck_assert_msg(found == NULL, "variables that were not read count as not set");
    ck_assert_ptr_null(kept);
    ck_assert_ptr_nonnull(environment_at_start());
    ck_assert_str_eq(environment_at_start()->values[VARIABLE_MODE], "enforce");
}
END_TEST

/* As the kernel puts them one after the other, which a constructor is told of; the path of the program is behind. */
static char block[] = "program\0SSL_CERT_FILE=/a\0SSL_CERT_DIR=/b";
static char *arguments[] = {block, NULL};
static char *variables[] = {block + sizeof "program", block + sizeof "program\0SSL_CERT_FILE=/a", NULL};

START_TEST(the_strings_count_and_not_the_pointers)
{
    environment_keep(1, arguments, variables);
    char *pointer = variables[0];
    variables[0] = "SSL_CERT_FILE=/c";
    ck_assert_ptr_null(environment_kept(VARIABLE_CERT_FILE));
    ck_assert_str_eq(environment_at_start()->values[VARIABLE_CERT_FILE], "/a");
    ck_assert_str_eq(environment_kept(VARIABLE_CERT_DIR), "/b");
    variables[0] = pointer;
}
END_TEST

START_TEST(what_was_copied_stays_as_it_was)
{
    environment_keep(1, arguments, variables);
    ck_assert_str_eq(environment_at_start()->values[VARIABLE_CERT_FILE], "/a");
    memset(block, 'x', sizeof block - 1);
    ck_assert_str_eq(environment_at_start()->values[VARIABLE_CERT_FILE], "/a");
}
END_TEST

START_TEST(what_was_written_over_is_looked_for_in_the_present_environment)
{
    setenv("SSL_CERT_FILE", "/d", 1);
    environment_keep(1, arguments, variables);
    memset(block, 'x', sizeof block - 1);
    ck_assert_str_eq(environment_at_start()->values[VARIABLE_CERT_FILE], "/d");
}
END_TEST

START_TEST(an_empty_environment_stays_empty)
{
    char *none[] = {NULL};
    setenv("SSL_CERT_FILE", "/d", 1);
    environment_keep(1, arguments, none);
    ck_assert_ptr_null(environment_at_start()->values[VARIABLE_CERT_FILE]);
}
END_TEST

START_TEST(all_is_kept_at_once_where_a_variable_of_ours_is_set)
{
    char *started[] = {block + sizeof "program", block + sizeof "program\0SSL_CERT_FILE=/a", NULL};
    memcpy(started[1], "TLSWARD_X=y", sizeof "TLSWARD_X=y");
    environment_keep(1, arguments, started);
    ck_assert_str_eq(environment_kept(VARIABLE_CERT_FILE), "/a");
}
END_TEST

int main(void)
{
    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, what_did_not_fit_at_the_start_is_looked_for_again);
    tcase_add_test(memory, the_strings_count_and_not_the_pointers);
    tcase_add_test(memory, what_was_copied_stays_as_it_was);
    tcase_add_test(memory, what_was_written_over_is_looked_for_in_the_present_environment);
    tcase_add_test(memory, an_empty_environment_stays_empty);
    tcase_add_test(memory, all_is_kept_at_once_where_a_variable_of_ours_is_set);

    return run_cases("environment", (TCase *const[]){memory, NULL});
}
