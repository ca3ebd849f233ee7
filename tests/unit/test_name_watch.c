/* What a program asks of certificates that are watched; the rows of tests/libs run it in callbacks. */
#include "cases.h"
#include "linked_library.h"
#include "openssl/name_watch.h"

#include "certificates.h"

#include <check.h>
#include <pthread.h>

enum { MANY = 100 }; /* more than one page has room for */

static struct library library;

static void *lookup(const char *name, void *unused)
{
    (void)unused;
    return linked_symbol(name);
}

static void bind_library(void)
{
    ck_assert_ptr_null(openssl_api_bind(&library.api, lookup, NULL));
    library.known = true;
}

static struct party make_leaf(void)
{
    return make_party(make_name("leaf", MBSTRING_ASC), NULL, make_name("leaf", MBSTRING_ASC), 1);
}

START_TEST(each_of_many_sees_its_own)
{
    struct name_watch *watches[MANY];
    X509 *leaves[MANY];
    struct party leaf = make_leaf();
    for (int i = 0; i < MANY; i++) {
        leaves[i] = X509_dup(leaf.certificate);
        watches[i] = name_watch_begin(&library, leaves[i]);
        ck_assert_ptr_nonnull(watches[i]);
    }
    name_watch_read(&library, leaves[MANY - 1]);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(name_watch_has_seen(watches[i]), i == MANY - 1);
    for (int i = 0; i < MANY; i++) {
        name_watch_end(watches[i]);
        X509_free(leaves[i]);
    }
    party_free(&leaf);
}
END_TEST

START_TEST(nothing_is_left_for_the_next)
{
    struct party leaf = make_leaf();
    struct name_watch *first = name_watch_begin(&library, leaf.certificate);
    name_watch_read(&library, leaf.certificate);
    ck_assert(name_watch_has_seen(first));
    name_watch_end(first);
    name_watch_read(&library, leaf.certificate);
    struct name_watch *second = name_watch_begin(&library, leaf.certificate);
    ck_assert(!name_watch_has_seen(second));
    name_watch_end(second);
    party_free(&leaf);
}
END_TEST

static void *read_names(void *certificate)
{
    name_watch_read(&library, certificate);
    return NULL;
}

static void read_in_another_thread(X509 *certificate)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, read_names, certificate), 0);
    pthread_join(thread, NULL);
}

START_TEST(a_copy_counts_in_its_thread_alone)
{
    struct party leaf = make_leaf();
    X509 *copy = X509_dup(leaf.certificate);
    struct name_watch *watch = name_watch_begin(&library, leaf.certificate);
    read_in_another_thread(copy);
    ck_assert(!name_watch_has_seen(watch));
    name_watch_read(&library, copy);
    ck_assert(name_watch_has_seen(watch));
    name_watch_end(watch);
    X509_free(copy);
    party_free(&leaf);
}
END_TEST

START_TEST(the_leaf_counts_in_every_thread)
{
    struct party leaf = make_leaf();
    struct name_watch *watch = name_watch_begin(&library, leaf.certificate);
    read_in_another_thread(leaf.certificate);
    ck_assert(name_watch_has_seen(watch));
    name_watch_end(watch);
    party_free(&leaf);
}
END_TEST

static const struct {
    const char *fact;
    bool reads;
    int results[2]; /* of X509_check_host(3); 9: none */
    bool counts;
} rows[] = {
    {"nothing", false, {9, 9}, false},
    {"names read", true, {9, 9}, true},
    {"a match", false, {1, 9}, true},
    {"a mismatch", false, {0, 9}, false},
    {"an error", false, {-1, 9}, false},
    {"names read, and a mismatch", true, {0, 9}, false},
    {"a match after a mismatch", false, {0, 1}, true},
};

START_TEST(what_counts)
{
    struct party leaf = make_leaf();
    struct name_watch *watch = name_watch_begin(&library, leaf.certificate);
    if (rows[_i].reads)
        name_watch_read(&library, leaf.certificate);
    for (size_t i = 0; i < 2; i++)
        if (rows[_i].results[i] != 9)
            name_watch_compared(&library, leaf.certificate, rows[_i].results[i]);
    ck_assert_msg(name_watch_has_seen(watch) == rows[_i].counts, "%s", rows[_i].fact);
    name_watch_end(watch);
    party_free(&leaf);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("watches");
    tcase_add_checked_fixture(cases, bind_library, NULL);
    tcase_add_test(cases, each_of_many_sees_its_own);
    tcase_add_test(cases, nothing_is_left_for_the_next);
    tcase_add_test(cases, a_copy_counts_in_its_thread_alone);
    tcase_add_test(cases, the_leaf_counts_in_every_thread);
    tcase_add_loop_test(cases, what_counts, 0, sizeof rows / sizeof rows[0]);
    return run_cases("name_watch", (TCase *const[]){cases, NULL});
}
