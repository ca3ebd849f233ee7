/* How the classes of ex_data are numbered, asked of a library that has only two of them. */
#include "cases.h"
#include "openssl/ex_data.h"

#include <check.h>

enum { OF_BIO, OF_STORE, CLASSES, INDICES = 16 };

static int number_of[CLASSES]; /* negative: there is none */
static ex_data_new added[CLASSES][INDICES];
static int taken[CLASSES];
static char store;

static int get_new_index(int class, long number, void *argument, ex_data_new new, ex_data_dup dup, ex_data_free freed)
{
    (void)number, (void)argument, (void)dup, (void)freed;
    for (int i = 0; i < CLASSES; i++) {
        if (number_of[i] != class)
            continue;
        added[i][taken[i] + 1] = new;
        return ++taken[i];
    }
    return -1;
}

static void make(int class, void *parent)
{
    for (int i = 1; i <= taken[class]; i++)
        if (added[class][i] != NULL)
            added[class][i](parent, NULL, NULL, i, 0, NULL);
}

static X509_STORE *store_new(void)
{
    make(OF_STORE, &store);
    return (X509_STORE *)(void *)&store;
}

static void store_free(X509_STORE *made)
{
    (void)made;
}

static int set_ex_data(X509_STORE *of, int index, void *value)
{
    (void)of, (void)index, (void)value;
    return 1;
}

static int stores_seen, others_seen;

static int see(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)value, (void)data, (void)index, (void)number, (void)argument;
    stores_seen += parent == &store;
    others_seen += parent != &store;
    return 1;
}

static bool take_of_stores(int of_bio, int of_store)
{
    const struct openssl_api api = {.CRYPTO_get_ex_new_index = get_new_index,
                                    .X509_STORE_new = store_new,
                                    .X509_STORE_free = store_free,
                                    .X509_STORE_set_ex_data = set_ex_data};
    const struct ex_data_callbacks callbacks = {.added = see};
    atomic_int index = 0;
    char bio;
    number_of[OF_BIO] = of_bio;
    number_of[OF_STORE] = of_store;
    taken[OF_BIO] = taken[OF_STORE] = stores_seen = others_seen = 0;
    bool is_taken = ex_data_take(&api, EX_DATA_OF_X509_STORE, &callbacks, &index);
    make(OF_BIO, &bio);
    store_new();
    return is_taken;
}

START_TEST(stores_of_libressl)
{
    ck_assert(take_of_stores(4, 13));
    ck_assert_int_eq(stores_seen, 1);
    ck_assert_int_eq(others_seen, 0);
}
END_TEST

START_TEST(stores_of_older_libressl)
{
    ck_assert(take_of_stores(0, 4));
    ck_assert_int_eq(stores_seen, 1);
    ck_assert_int_eq(others_seen, 0);
}
END_TEST

START_TEST(stores_nobody_knows)
{
    ck_assert(!take_of_stores(4, 9));
    ck_assert_int_eq(stores_seen + others_seen, 0);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("numbers");
    tcase_add_test(cases, stores_of_libressl);
    tcase_add_test(cases, stores_of_older_libressl);
    tcase_add_test(cases, stores_nobody_knows);
    return run_cases("ex_data", (TCase *const[]){cases, NULL});
}
