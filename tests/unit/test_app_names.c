#include "cases.h"
#include "openssl/app_names.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARAMS = 1000 };

static const X509_VERIFY_PARAM *param_at(int number)
{
    static char params[PARAMS];
    return (const X509_VERIFY_PARAM *)(const void *)&params[number];
}

static void set_name(int number)
{
    char name[32];
    snprintf(name, sizeof name, "host%d.test", number);
    app_names_set(param_at(number), name, 0);
}

static bool has_name(int number)
{
    char name[32];
    struct peer_name names[PEER_APP_NAMES];
    snprintf(name, sizeof name, "host%d.test", number);
    return app_names_of(param_at(number), names, PEER_APP_NAMES) == 1 && strcmp(names[0].text, name) == 0;
}

static void add_name(int number, int which)
{
    char name[32];
    snprintf(name, sizeof name, "host%d.test", which);
    app_names_add(param_at(number), name, 0);
}

START_TEST(no_name_is_lost_however_many_wait)
{
    for (int i = 0; i < PARAMS; i++)
        set_name(i);
    for (int i = 0; i < PARAMS; i++)
        ck_assert_msg(has_name(i), "of %d", i);
}
END_TEST

START_TEST(a_param_that_is_gone_leaves_no_name)
{
    struct peer_name names[PEER_APP_NAMES];
    set_name(1);
    set_name(2);
    app_names_forget(param_at(1));
    ck_assert_uint_eq(app_names_of(param_at(1), names, PEER_APP_NAMES), 0);
    ck_assert(has_name(2));
}
END_TEST

START_TEST(of_too_many_names_of_one_param_the_rest_are_unharmed)
{
    struct peer_name names[2 * PEER_APP_NAMES];
    set_name(1);
    for (int i = 0; i < 3 * PEER_APP_NAMES; i++)
        add_name(2, i);
    ck_assert_uint_eq(app_names_of(param_at(2), names, 2 * PEER_APP_NAMES), PEER_APP_NAMES + 1);
    ck_assert(has_name(1));
}
END_TEST

START_TEST(one_name_too_many_is_told)
{
    struct peer_name names[PEER_APP_NAMES];
    for (int i = 0; i < PEER_APP_NAMES; i++)
        add_name(3, i);
    ck_assert_uint_eq(app_names_of(param_at(3), names, PEER_APP_NAMES), PEER_APP_NAMES);
    add_name(3, 0);
    ck_assert_msg(app_names_of(param_at(3), names, PEER_APP_NAMES) == PEER_APP_NAMES, "one that is set twice is one");
    add_name(3, PEER_APP_NAMES);
    ck_assert_uint_gt(app_names_of(param_at(3), names, PEER_APP_NAMES), PEER_APP_NAMES);
}
END_TEST

START_TEST(a_child_has_the_names_of_its_parent)
{
    int status;
    set_name(1);
    pid_t child = fork();
    if (child == 0)
        _exit(!has_name(1));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

enum { THREADS = 8, TURNS = 20000 };
static atomic_int lost;

static void *set_and_look(void *argument)
{
    for (int i = 0; i < TURNS; i++) {
        set_name(*(int *)argument);
        if (!has_name(*(int *)argument))
            atomic_fetch_add(&lost, 1);
    }
    return NULL;
}

START_TEST(no_name_is_lost_where_threads_set_others)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, set_and_look, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(atomic_load(&lost), 0);
}
END_TEST

static atomic_bool finished;

static void *keep_setting(void *argument)
{
    while (!atomic_load(&finished))
        set_name(2);
    return argument;
}

START_TEST(a_child_waits_for_no_thread_of_its_parent)
{
    pthread_t thread;
    int status, wrong = 0;
    set_name(1);
    ck_assert_int_eq(pthread_create(&thread, NULL, keep_setting, NULL), 0);
    for (int i = 0; i < 200; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(!has_name(1));
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        wrong += status != 0;
    }
    atomic_store(&finished, true);
    pthread_join(thread, NULL);
    ck_assert_int_eq(wrong, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("names");
    tcase_add_test(tests, no_name_is_lost_however_many_wait);
    tcase_add_test(tests, a_param_that_is_gone_leaves_no_name);
    tcase_add_test(tests, of_too_many_names_of_one_param_the_rest_are_unharmed);
    tcase_add_test(tests, one_name_too_many_is_told);
    tcase_add_test(tests, a_child_has_the_names_of_its_parent);
    tcase_add_test(tests, no_name_is_lost_where_threads_set_others);
    tcase_add_test(tests, a_child_waits_for_no_thread_of_its_parent);
    return run_cases("app_names", (TCase *const[]){tests, NULL});
}
