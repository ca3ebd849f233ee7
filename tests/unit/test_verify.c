/*
 * Names that libcrypto refuses, and those that it cannot take for want of memory; what is told of several faults; and
 * verifications within others, or by turns with them.
 */
#include "cases.h"
#include "linked_library.h"
#include "openssl/verify.h"

#include "certificates.h"

#include <check.h>
#include <openssl/async.h>
#include <string.h>

static struct openssl_api linked;

static void *lookup(const char *name, void *unused)
{
    (void)unused;
    return linked_symbol(name);
}

/* As 4.0 does with a hyphen at a label's end. */
static int refuses_a_hyphen(X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    return strstr(name, "-.") == NULL ? linked.X509_VERIFY_PARAM_add1_host(param, name, length) : 0;
}

static int refuses_all(X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    (void)param;
    (void)name;
    (void)length;
    return 0;
}

typedef int host_function(X509_VERIFY_PARAM *, const char *, size_t);

static const struct {
    const char *fact;
    const char *names[2];
    host_function *add, *set;
    bool ran;
    bool is_trusted;
    int error, name_error, chain_error;
} rows[] = {
    {"a refused name matches nothing", {"a-.test"}, refuses_a_hyphen, NULL, true, true, 62, 62, 0},
    {"the chain is verified all the same", {"a-.test"}, refuses_a_hyphen, NULL, true, false, 18, 62, 18},
    {"another name is enough", {"a-.test", "leaf.test"}, refuses_a_hyphen, NULL, true, true, 0, 0, 0},
    {"whatever comes first", {"leaf.test", "a-.test"}, refuses_a_hyphen, NULL, true, true, 0, 0, 0},
    {"another name may mismatch", {"a-.test", "b.test"}, refuses_a_hyphen, NULL, true, true, 62, 62, 0},
    {"a refused name does not drop an address",
     {"a-.test", "127.0.0.2"},
     refuses_a_hyphen,
     NULL,
     true,
     true,
     64,
     64,
     0},
    {"an address does not make up for it", {"a-.test", "127.0.0.1"}, refuses_a_hyphen, NULL, true, true, 62, 62, 0},
    {"of two mismatches both are told", {"b.test", "127.0.0.2"}, NULL, NULL, true, true, 62, 64, 0},
    {"a mismatch and no anchor are told as the chain", {"b.test"}, NULL, NULL, true, false, 18, 0, 18},
    {"want of memory is no mismatch", {"leaf.test"}, refuses_all, refuses_all, false, true, 0, 0, 0},
};

static struct party make_leaf(void)
{
    struct party leaf = make_party(make_name("leaf", MBSTRING_ASC), NULL, make_name("leaf", MBSTRING_ASC), 1);
    add_extension(leaf.certificate, leaf.certificate, NID_subject_alt_name, "DNS:leaf.test,IP:127.0.0.1");
    ck_assert_int_gt(X509_sign(leaf.certificate, leaf.key, EVP_sha256()), 0);
    return leaf;
}

static size_t read_names(const char *const texts[2], struct peer_name names[2])
{
    size_t count = 0;
    for (; count < 2 && texts[count] != NULL; count++)
        ck_assert(peer_normalise(texts[count], strlen(texts[count]), &names[count]));
    return count;
}

START_TEST(names_that_are_not_taken)
{
    struct openssl_api api;
    struct peer_name names[2];
    struct verify_result result;
    struct party leaf = make_leaf();
    X509_STORE *anchors = X509_STORE_new();
    ck_assert_ptr_null(openssl_api_bind(&linked, lookup, NULL));
    if (rows[_i].is_trusted)
        X509_STORE_add_cert(anchors, leaf.certificate);
    api = linked;
    if (rows[_i].add != NULL)
        api.X509_VERIFY_PARAM_add1_host = rows[_i].add;
    if (rows[_i].set != NULL)
        api.X509_VERIFY_PARAM_set1_host = rows[_i].set;

    const struct verify_request request = {
        .leaf = leaf.certificate, .anchors = anchors, .names = names, .name_count = read_names(rows[_i].names, names)};
    bool ran = verify_chain(&api, &request, &result);
    ck_assert_msg(ran == rows[_i].ran, "%s", rows[_i].fact);
    ck_assert_msg(result.error == rows[_i].error && result.name_error == rows[_i].name_error &&
                      result.chain_error == rows[_i].chain_error,
                  "%s: %d, name %d, chain %d", rows[_i].fact, result.error, result.name_error, result.chain_error);

    X509_STORE_free(anchors);
    party_free(&leaf);
}
END_TEST

/* What an engine that speaks TLS does within a verification: a good peer is verified within that of a bad one. */
static const struct verify_request *inner;

static int verifies_within(X509_STORE_CTX *ctx)
{
    struct verify_result result;
    const struct verify_request *request = inner;
    inner = NULL;
    if (request != NULL)
        ck_assert(verify_chain(&linked, request, &result) && result.error == 0);
    return linked.X509_verify_cert(ctx);
}

START_TEST(a_verification_within_another)
{
    struct verify_result result;
    struct party leaf = make_leaf();
    X509_STORE *anchors = X509_STORE_new(), *none = X509_STORE_new();
    ck_assert_ptr_null(openssl_api_bind(&linked, lookup, NULL));
    X509_STORE_add_cert(anchors, leaf.certificate);
    struct openssl_api api = linked;
    api.X509_verify_cert = verifies_within;

    const struct verify_request good = {.leaf = leaf.certificate, .anchors = anchors};
    const struct verify_request bad = {.leaf = leaf.certificate, .anchors = none};
    inner = &good;
    ck_assert(verify_chain(&api, &bad, &result));
    ck_assert_int_eq(result.chain_error, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);

    X509_STORE_free(anchors);
    X509_STORE_free(none);
    party_free(&leaf);
}
END_TEST

/* A provider that hands work to a device lets its job wait within libcrypto, and others of the thread go on. */
static int verifies_by_turns(X509_STORE_CTX *ctx)
{
    ASYNC_pause_job();
    return linked.X509_verify_cert(ctx);
}

struct turn {
    const struct verify_request *request;
    struct verify_result *result;
};

static int verify_in_turn(void *argument)
{
    const struct turn *turn = argument;
    struct openssl_api api = linked;
    api.X509_verify_cert = verifies_by_turns;
    return verify_chain(&api, turn->request, turn->result);
}

enum { JOBS = 3, FORGED = 1 };

static void take_turns(const struct verify_request requests[static JOBS], struct verify_result results[static JOBS])
{
    ASYNC_JOB *jobs[JOBS] = {NULL};
    ASYNC_WAIT_CTX *waits[JOBS];
    bool finished[JOBS] = {false};
    for (int i = 0; i < JOBS; i++)
        waits[i] = ASYNC_WAIT_CTX_new();
    for (int left = JOBS; left > 0;)
        for (int i = 0; i < JOBS; i++) {
            struct turn turn = {&requests[i], &results[i]};
            int ran = 0;
            if (finished[i] ||
                ASYNC_start_job(&jobs[i], waits[i], &ran, verify_in_turn, &turn, sizeof turn) != ASYNC_FINISH)
                continue;
            ck_assert_int_eq(ran, 1);
            finished[i] = true;
            left--;
        }
    for (int i = 0; i < JOBS; i++)
        ASYNC_WAIT_CTX_free(waits[i]);
}

START_TEST(verifications_by_turns)
{
    struct verify_result results[JOBS];
    struct party leaf = make_leaf(), forged = make_leaf();
    X509_STORE *anchors = X509_STORE_new();
    ck_assert_ptr_null(openssl_api_bind(&linked, lookup, NULL));
    X509_STORE_add_cert(anchors, leaf.certificate);
    struct verify_request requests[JOBS] = {0};
    for (int i = 0; i < JOBS; i++)
        requests[i] = (struct verify_request){.leaf = leaf.certificate, .anchors = anchors};
    requests[FORGED].leaf = forged.certificate;
    take_turns(requests, results);
    for (int i = 0; i < JOBS; i++)
        ck_assert_int_eq(results[i].error, i == FORGED ? X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT : 0);

    X509_STORE_free(anchors);
    party_free(&forged);
    party_free(&leaf);
}
END_TEST

int main(void)
{
    TCase *names = tcase_create("names");
    tcase_add_loop_test(names, names_that_are_not_taken, 0, (int)(sizeof rows / sizeof rows[0]));
    TCase *nested = tcase_create("nested");
    tcase_add_test(nested, a_verification_within_another);
    tcase_add_test(nested, verifications_by_turns);
    return run_cases("verify", (TCase *const[]){names, nested, NULL});
}
