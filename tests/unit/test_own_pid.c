#include "cases.h"
#include "process/own_pid.h"

#include <check.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(it_is_the_kernels)
{
    ck_assert_int_eq(own_pid(), getpid());
    ck_assert_int_eq(own_pid(), getpid());
}
END_TEST

START_TEST(a_forked_child_has_one_of_its_own)
{
    int status;
    ck_assert_int_eq(own_pid(), getpid());
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(own_pid() == getpid() && own_pid() == getpid() ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child was taken for its parent");
    ck_assert_int_eq(own_pid(), getpid());
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("own_pid");
    tcase_add_test(tests, it_is_the_kernels);
    tcase_add_test(tests, a_forked_child_has_one_of_its_own);
    return run_cases("own_pid", (TCase *const[]){tests, NULL});
}
