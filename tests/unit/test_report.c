/* What a report says of a certificate's life, and what it calls weak. */
#include "cases.h"
#include "report/lifetime.h"
#include "report/weakness.h"

#include "events/timestamp.h"

#include <stdio.h>

#define BEGIN "2026-11-01T00:00:00Z"

static int64_t seconds_of(const char *text)
{
    int64_t milliseconds;
    ck_assert(timestamp_read(slice_of(text), &milliseconds));
    return milliseconds / 1000;
}

/* So many hours after the certificate's first second. */
static const struct {
    const char *not_after;
    int hours;
    enum lifetime_state state;
} lives[] = {
    /* Six days, of which the last one is short whatever its part is. */
    {"2026-11-07T00:00:00Z", 0, LIFETIME_GOOD},
    {"2026-11-07T00:00:00Z", 95, LIFETIME_GOOD},
    {"2026-11-07T00:00:00Z", 97, LIFETIME_WARNING},
    {"2026-11-07T00:00:00Z", 119, LIFETIME_WARNING},
    {"2026-11-07T00:00:00Z", 121, LIFETIME_CRITICAL},
    {"2026-11-07T00:00:00Z", 145, LIFETIME_EXPIRED},
    /* Three days: the day is more than a sixth. */
    {"2026-11-04T00:00:00Z", 49, LIFETIME_CRITICAL},
    /* 47 days. */
    {"2026-12-18T00:00:00Z", 31 * 24, LIFETIME_GOOD},
    {"2026-12-18T00:00:00Z", 32 * 24, LIFETIME_WARNING},
    {"2026-12-18T00:00:00Z", 39 * 24, LIFETIME_WARNING},
    {"2026-12-18T00:00:00Z", 40 * 24, LIFETIME_CRITICAL},
    {"2026-12-18T00:00:00Z", 47 * 24, LIFETIME_CRITICAL},
    {"2026-12-18T00:00:00Z", 47 * 24 + 1, LIFETIME_EXPIRED},
    /* Ten years. */
    {"2036-11-01T00:00:00Z", 365 * 24 * 6, LIFETIME_GOOD},
    {"2036-11-01T00:00:00Z", 365 * 24 * 7, LIFETIME_WARNING},
    {"2036-11-01T00:00:00Z", 365 * 24 * 9, LIFETIME_CRITICAL},
};

START_TEST(life_is_told_by_its_part)
{
    int64_t now = seconds_of(BEGIN) + lives[_i].hours * INT64_C(3600);
    struct lifetime lifetime = lifetime_of(BEGIN, lives[_i].not_after, now);
    ck_assert_str_eq(lifetime_text(lifetime.state), lifetime_text(lives[_i].state));
    ck_assert(lifetime.left >= 0 && lifetime.left <= 1);
    ck_assert_int_eq(lifetime.seconds_left, seconds_of(lives[_i].not_after) - now);
}
END_TEST

START_TEST(what_is_not_known_of_a_life)
{
    int64_t now = seconds_of(BEGIN);
    ck_assert_int_eq(lifetime_of("", "", now).state, LIFETIME_UNKNOWN);
    ck_assert_int_eq(lifetime_of(BEGIN, "soon", now).state, LIFETIME_UNKNOWN);
    /* Without its beginning there is no part: only the last day is known to be short. */
    struct lifetime lifetime = lifetime_of("", "2026-11-03T00:00:00Z", now);
    ck_assert(lifetime.state == LIFETIME_GOOD && lifetime.left < 0 && lifetime.seconds == 0);
    ck_assert_int_eq(lifetime_of("", "2026-11-01T23:00:00Z", now).state, LIFETIME_CRITICAL);
    ck_assert_int_eq(lifetime_of("", "2026-10-01T00:00:00Z", now).state, LIFETIME_EXPIRED);
    /* A life that ends before it begins has none, either. */
    ck_assert(lifetime_of("2027-01-01T00:00:00Z", "2026-12-01T00:00:00Z", now).left < 0);
    /* One that begins later has all of it left, and not more. */
    ck_assert(lifetime_of("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", now).left <= 1);
}
END_TEST

static const struct {
    const char *algorithm, *size, *weak;
} keys[] = {
    {"RSA", "1024", "weak-key-rsa-1024"},
    {"RSA", "2047", "weak-key-rsa-2047"},
    {"RSA", "2048", NULL},
    {"RSA-PSS", "1024", "weak-key-rsa-1024"},
    {"EC", "160", "weak-key-ec-160"},
    {"EC", "224", NULL},
    {"EC", "256", NULL},
    {"DSA", "2048", "weak-key-dsa"},
    {"ED25519", "256", NULL},
    {"ML-DSA-65", "15616", NULL},
    {"RSA", "", NULL},
    {"", "", NULL},
};

START_TEST(weak_keys)
{
    const char *weak = weak_key(keys[_i].algorithm, keys[_i].size);
    ck_assert_str_eq(weak != NULL ? weak : "", keys[_i].weak != NULL ? keys[_i].weak : "");
}
END_TEST

static const struct {
    const char *(*of)(const char *);
    const char *value, *weak;
} words[] = {
    {weak_signature, "SHA1-RSA", "sha1-signature"},
    {weak_signature, "sha1WithRSAEncryption", "sha1-signature"},
    {weak_signature, "ecdsa-with-SHA1", "sha1-signature"},
    {weak_signature, "MD5-RSA", "md5-signature"},
    {weak_signature, "SHA256-RSA", ""},
    {weak_signature, "ecdsa-with-SHA256", ""},
    {weak_signature, "", ""},
    {weak_protocol, "1.0", "tls-1.0"},
    {weak_protocol, "1.1", "tls-1.1"},
    {weak_protocol, "1.2", ""},
    {weak_protocol, "1.3", ""},
    {weak_protocol, "3.0", "ssl-3"},
    {weak_protocol, "", ""},
    {weak_cipher, "AES128-SHA", "no-forward-secrecy"},
    {weak_cipher, "ECDHE-RSA-AES128-GCM-SHA256", ""},
    {weak_cipher, "DHE-RSA-AES128-GCM-SHA256", ""},
    {weak_cipher, "TLS_AES_256_GCM_SHA384", ""},
    {weak_cipher, "ECDHE-RSA-RC4-SHA", "rc4"},
    {weak_cipher, "DES-CBC3-SHA", "3des"},
    {weak_cipher, "ECDHE-RSA-NULL-SHA", "null-cipher"},
    {weak_cipher, "", ""},
};

START_TEST(weak_words)
{
    const char *weak = words[_i].of(words[_i].value);
    ck_assert_str_eq(weak != NULL ? weak : "", words[_i].weak);
}
END_TEST

START_TEST(who_can_read_it_later)
{
    ck_assert_int_eq(post_quantum_of(""), POST_QUANTUM_UNKNOWN);
    ck_assert_int_eq(post_quantum_of("X25519"), POST_QUANTUM_NONE);
    ck_assert_int_eq(post_quantum_of("secp256r1"), POST_QUANTUM_NONE);
    ck_assert_int_eq(post_quantum_of("X25519MLKEM768"), POST_QUANTUM_HYBRID);
    ck_assert_int_eq(post_quantum_of("SecP256r1MLKEM768"), POST_QUANTUM_HYBRID);
    ck_assert_int_eq(post_quantum_of("X25519Kyber768Draft00"), POST_QUANTUM_HYBRID);
    ck_assert_int_eq(post_quantum_of("MLKEM1024"), POST_QUANTUM_PURE);
}
END_TEST

int main(void)
{
    TCase *test_case = tcase_create("report");
    tcase_add_loop_test(test_case, life_is_told_by_its_part, 0, sizeof lives / sizeof *lives);
    tcase_add_test(test_case, what_is_not_known_of_a_life);
    tcase_add_loop_test(test_case, weak_keys, 0, sizeof keys / sizeof *keys);
    tcase_add_loop_test(test_case, weak_words, 0, sizeof words / sizeof *words);
    tcase_add_test(test_case, who_can_read_it_later);
    return run_cases("report", (TCase *[]){test_case, NULL});
}
