/* What a pin looks like, and that every way to a key ends in the same one. */
#include "cases.h"
#include "linked_library.h"
#include "openssl/spki.h"
#include "openssl/spki_memory.h"

#include "certificates.h"

#include <check.h>
#include <string.h>

/* Digests of one repeated byte, as base64(1) writes them. */
static const struct {
    unsigned char byte;
    const char *pin;
} digests[] = {
    {0x00, "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    {0xff, "sha256////////////////////////////////////////////8="},
    {0x5a, "sha256//WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo="},
};

START_TEST(a_digest_as_curl_writes_it)
{
    unsigned char digest[SPKI_DIGEST_SIZE];
    char pin[SPKI_PIN_SIZE];
    memset(digest, digests[_i].byte, sizeof digest);
    spki_pin_format(digest, pin);
    ck_assert_str_eq(pin, digests[_i].pin);
    ck_assert(spki_pin_is_valid(pin));
}
END_TEST

/* By OpenSSL's own headers and base64. */
static void expect_pin_of(EVP_PKEY *key, const char *pin)
{
    unsigned char *der = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    char expected[SPKI_PIN_SIZE] = "sha256//";
    int length = i2d_PUBKEY(key, &der);
    ck_assert_int_eq(EVP_Digest(der, (size_t)length, digest, NULL, EVP_sha256(), NULL), 1);
    EVP_EncodeBlock((unsigned char *)expected + strlen(expected), digest, SPKI_DIGEST_SIZE);
    ck_assert_str_eq(pin, expected);
    OPENSSL_free(der);
}

static struct party self_signed(void)
{
    return make_party(make_name("peer", MBSTRING_ASC), NULL, make_name("peer", MBSTRING_ASC), 1);
}

static void *lookup(const char *name, void *lacks)
{
    return lacks && strstr(lacks, name) != NULL ? NULL : linked_symbol(name);
}

static const struct {
    const char *fact;
    const char *lacks;           /* names of functions */
    bool of_certificate, of_key; /* can be told */
} libraries[] = {
    {"1.1.0 and later", NULL, true, true},
    {"1.0.2 cannot reach into a certificate", "X509_get_X509_PUBKEY", true, true},
    {"no raw key without its encoder", "i2d_PUBKEY", true, false},
    {"before 3.0 no digest is asked for by name", "EVP_Q_digest", true, true},
    {"nothing without a digest", "EVP_Q_digest EVP_Digest", false, false},
};

START_TEST(the_same_pin_from_certificate_and_key)
{
    struct openssl_api api;
    const struct decoder decoder = {.api = &api};
    struct party peer = self_signed();
    char pin[SPKI_PIN_SIZE] = "left from before";
    ck_assert_ptr_null(openssl_api_bind(&api, lookup, (void *)libraries[_i].lacks));

    spki_pin_of_certificate(&decoder, peer.certificate, pin);
    if (libraries[_i].of_certificate)
        expect_pin_of(peer.key, pin);
    else
        ck_assert_msg(pin[0] == '\0', "%s: %s", libraries[_i].fact, pin);
    spki_pin_of_key(&decoder, peer.key, pin);
    if (libraries[_i].of_key)
        expect_pin_of(peer.key, pin);
    else
        ck_assert_msg(pin[0] == '\0', "%s: %s", libraries[_i].fact, pin);
    spki_pin_of_key(&decoder, NULL, pin);
    ck_assert_str_eq(pin, "");

    X509_free(peer.certificate);
    EVP_PKEY_free(peer.key);
}
END_TEST

/* What is kept is 91 bytes of 0x11, which is what P-256 has, but for the one at `differs`. */
static const struct {
    const char *fact;
    size_t kept, asked, differs;
    bool found;
} hashed_keys[] = {
    {"the same key", 91, 91, 91, true},
    {"its first byte is another", 91, 91, 0, false},
    {"its last byte is another", 91, 91, 90, false},
    {"its middle is another", 91, 91, 45, false},
    {"a key that begins so", 91, 92, 92, false},
    {"a part of it", 91, 90, 90, false},
    {"RSA with 4,096 bits", 550, 550, 550, true},
    {"the longest", 560, 560, 560, true},
    {"longer than any that is kept", 561, 561, 561, false},
    {"nothing", 0, 0, 0, false},
};

START_TEST(a_digest_is_found_by_all_bytes_of_its_key)
{
    unsigned char spki[600], digest[SPKI_DIGEST_SIZE], found[SPKI_DIGEST_SIZE] = {0};
    memset(spki, 0x11, sizeof spki);
    memset(digest, 0x5a, sizeof digest);
    ck_assert_msg(!spki_memory_find(spki, hashed_keys[_i].asked, found), "%s: before", hashed_keys[_i].fact);
    spki_memory_keep(spki, hashed_keys[_i].kept, digest);
    spki[hashed_keys[_i].differs] ^= 0x20; /* in the middle: not another place */
    bool is_found = spki_memory_find(spki, hashed_keys[_i].asked, found);
    ck_assert_msg(is_found == hashed_keys[_i].found, "%s", hashed_keys[_i].fact);
    ck_assert(!is_found || memcmp(found, digest, sizeof digest) == 0);
}
END_TEST

START_TEST(the_latest_of_two_keys_in_one_place_is_found)
{
    unsigned char spki[2][91] = {{1}, {2}}, digest[SPKI_DIGEST_SIZE] = {0};
    for (unsigned char i = 0; i < 2; i++) {
        memset(digest, i, sizeof digest);
        spki_memory_keep(spki[i], sizeof spki[i], digest);
    }
    ck_assert(!spki_memory_find(spki[0], sizeof spki[0], digest));
    ck_assert(spki_memory_find(spki[1], sizeof spki[1], digest));
    ck_assert_int_eq(digest[0], 1);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    TCase *pins = tcase_create("pins");
    tcase_add_loop_test(pins, a_digest_as_curl_writes_it, 0, ROWS(digests));
    tcase_add_loop_test(pins, the_same_pin_from_certificate_and_key, 0, ROWS(libraries));
    tcase_add_loop_test(pins, a_digest_is_found_by_all_bytes_of_its_key, 0, ROWS(hashed_keys));
    tcase_add_test(pins, the_latest_of_two_keys_in_one_place_is_found);
    return run_cases("spki", (TCase *const[]){pins, NULL});
}
