/* What the process says of itself where memory is short. */
#include "cases.h"
#include "event/announcement.h"
#include "policy/in_force.h"
#include "process/start.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* A sanitizer wants memory of the kernel itself. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { INSTRUMENTED = 1 };
#else
enum { INSTRUMENTED = 0 };
#endif

/* No more memory from the kernel, which is where a policy gets it. */
static void exhaust_memory(void)
{
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = 4096, .rlim_max = RLIM_INFINITY}), 0);
}

static void free_memory(void)
{
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY}), 0);
}

START_TEST(without_memory_for_a_policy_nobody_has_switched_off)
{
    if (INSTRUMENTED)
        return;
    process_identity(); /* what happens at the start of a process */
    exhaust_memory();
    errno = 4711;
    bool welcome = process_is_welcome();
    const struct policy *policy = policy_announced();
    int error = errno;
    free_memory();
    ck_assert_ptr_null(policy);
    ck_assert_msg(welcome, "a policy that was not read has allowed to switch off");
    ck_assert_int_eq(error, 4711);
    ck_assert_ptr_nonnull(policy_announced());
    ck_assert_msg(!process_is_welcome() || !policy_allows_kill_switch(policy_announced()),
                  "TLSWARD_OFF does not count");
}
END_TEST

START_TEST(without_memory_at_the_start_there_is_nothing_to_say)
{
    if (INSTRUMENTED)
        return;
    exhaust_memory();
    bool welcome = process_is_welcome();
    const struct policy *policy = policy_announced();
    struct process_identity identity = process_identity();
    free_memory();
    ck_assert(!welcome);
    ck_assert_ptr_null(policy);
    ck_assert_ptr_null(identity.executable);
    ck_assert_msg(policy_announced() != NULL, "the shortage is over");
}
END_TEST

/* Started again with TLSWARD_OFF=1, as what counts is the environment at the start. */
int main(int argc, char **argv)
{
    if (argc == 1 && getenv("TLSWARD_OFF") == NULL) {
        setenv("TLSWARD_OFF", "1", 1);
        execv("/proc/self/exe", argv);
        return EXIT_FAILURE;
    }
    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, without_memory_for_a_policy_nobody_has_switched_off);
    tcase_add_test(memory, without_memory_at_the_start_there_is_nothing_to_say);

    return run_cases("process", (TCase *const[]){memory, NULL});
}
