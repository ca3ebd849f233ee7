/* What binding accepts, and how the helpers bridge versions. */
#include "cases.h"
#include "linked_library.h"

#include <check.h>
#include <string.h>

/* A library that lacks the functions named, separated by spaces. */
static void *lookup_without(const char *name, void *arg)
{
    const char *found = arg ? strstr(arg, name) : NULL;
    size_t length = strlen(name);
    if (found && (found[length] == ' ' || found[length] == '\0') && (found == (char *)arg || found[-1] == ' '))
        return NULL;
    return linked_symbol(name);
}

static const struct {
    const char *name, *lacks, *missing;
} bindings[] = {
    {"everything there", "", NULL},
    {"a required function is missing", "d2i_X509", "d2i_X509"},
    {"an optional function is missing", "SSL_get0_dane_authority", NULL},
    {"stacks under one name are enough", "sk_num sk_value", NULL},
    {"no way to count a stack", "OPENSSL_sk_num sk_num", "OPENSSL_sk_num"},
    {"no way to read a stack", "OPENSSL_sk_value sk_value", "OPENSSL_sk_value"},
    {"no way to hash a name", "X509_NAME_hash X509_NAME_hash_ex", "X509_NAME_hash_ex"},
};

START_TEST(binding)
{
    struct openssl_api api;
    const char *missing = openssl_api_bind(&api, lookup_without, (void *)bindings[_i].lacks);
    if (bindings[_i].missing)
        ck_assert_msg(missing && strcmp(missing, bindings[_i].missing) == 0, "%s: %s", bindings[_i].name, missing);
    else
        ck_assert_msg(!missing, "%s: %s", bindings[_i].name, missing);
}
END_TEST

START_TEST(missing_optional_is_null)
{
    struct openssl_api api;
    memset(&api, 0xff, sizeof(api));
    ck_assert_ptr_null(openssl_api_bind(&api, lookup_without, (void *)"SSL_get0_dane_authority"));
    ck_assert(api.SSL_get0_dane_authority == NULL);
    ck_assert(api.d2i_X509 != NULL);
}
END_TEST

static int count_seven(const STACK *stack)
{
    (void)stack;
    return 7;
}

static void *value_itself(const STACK *stack, int index)
{
    return (char *)stack + index;
}

static unsigned long hash_with_rubbish_above(X509_NAME *name)
{
    (void)name;
    return 0xdeadbeef12345678UL;
}

START_TEST(old_names_serve_where_new_ones_lack)
{
    struct openssl_api api;
    char stack[4];
    ck_assert_ptr_null(openssl_api_bind(&api, lookup_without, NULL));
    api.OPENSSL_sk_num = NULL;
    api.OPENSSL_sk_value = NULL;
    api.X509_NAME_hash_ex = NULL;
    api.sk_num = count_seven;
    api.sk_value = value_itself;
    api.X509_NAME_hash = hash_with_rubbish_above;
    ck_assert_int_eq(api_stack_num(&api, (STACK *)stack), 7);
    ck_assert_ptr_eq(api_stack_value(&api, (STACK *)stack, 2), stack + 2);
    unsigned long hash = 0;
    ck_assert(api_name_hash(&api, NULL, NULL, NULL, &hash));
    ck_assert_uint_eq(hash, 0x12345678);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("openssl_api");
    tcase_add_loop_test(cases, binding, 0, (int)(sizeof(bindings) / sizeof(bindings[0])));
    tcase_add_test(cases, missing_optional_is_null);
    tcase_add_test(cases, old_names_serve_where_new_ones_lack);
    return run_cases("openssl_api", (TCase *const[]){cases, NULL});
}
