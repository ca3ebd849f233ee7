/* Names that libcrypto takes for equal have one key, however they are spelt. */
#include "cases.h"
#include "linked_library.h"
#include "trust/name_key.h"

#include <check.h>
#include <openssl/x509.h>
#include <string.h>

/* One name: "ATTRIBUTE=TEXT" by type of string; of several, those with '+' stand in one RelativeDistinguishedName. */
struct spelling {
    const char *attributes[3];
    int type;
};

static const struct {
    const char *fact;
    struct spelling left, right;
    bool equal;
} rows[] = {
    {"the same", {{"CN=Root"}, V_ASN1_UTF8STRING}, {{"CN=Root"}, V_ASN1_UTF8STRING}, true},
    {"kinds of string", {{"CN=Root"}, V_ASN1_UTF8STRING}, {{"CN=Root"}, V_ASN1_PRINTABLESTRING}, true},
    {"BMPString", {{"CN=Root"}, V_ASN1_UTF8STRING}, {{"CN=Root"}, V_ASN1_BMPSTRING}, true},
    {"UniversalString", {{"CN=Root"}, V_ASN1_UTF8STRING}, {{"CN=Root"}, V_ASN1_UNIVERSALSTRING}, true},
    {"T61String", {{"CN=Root"}, V_ASN1_UTF8STRING}, {{"CN=Root"}, V_ASN1_T61STRING}, true},
    {"characters that are not ASCII",
     {{"CN=Z\xc5\xa1\xc4\x80rich"}, V_ASN1_UTF8STRING},
     {{"CN=z\xc5\xa1\xc4\x80RICH"}, V_ASN1_BMPSTRING},
     true},
    {"case", {{"CN=Root CA"}, V_ASN1_UTF8STRING}, {{"CN=rOOT ca"}, V_ASN1_UTF8STRING}, true},
    {"white space", {{"CN= Root  CA "}, V_ASN1_UTF8STRING}, {{"CN=Root CA"}, V_ASN1_UTF8STRING}, true},
    {"sorted by their bytes", {{"CN=B", "+OU=a"}, V_ASN1_UTF8STRING}, {{"CN=B", "+OU=a"}, V_ASN1_BMPSTRING}, true},
    {"sorted by other bytes", {{"CN=ab", "+CN=B"}, V_ASN1_UTF8STRING}, {{"CN=AB", "+CN=b"}, V_ASN1_UTF8STRING}, true},
    {"nothing", {{NULL}, V_ASN1_UTF8STRING}, {{NULL}, V_ASN1_UTF8STRING}, true},
    {"another text", {{"CN=Root 1"}, V_ASN1_UTF8STRING}, {{"CN=Root 2"}, V_ASN1_UTF8STRING}, false},
    {"another attribute", {{"CN=Root"}, V_ASN1_UTF8STRING}, {{"O=Root"}, V_ASN1_UTF8STRING}, false},
    {"one more", {{"O=A", "CN=Root"}, V_ASN1_UTF8STRING}, {{"CN=Root"}, V_ASN1_UTF8STRING}, false},
};

static X509_NAME *spell(const struct spelling *spelling)
{
    X509_NAME *name = X509_NAME_new();
    for (int i = 0; i < 3 && spelling->attributes[i] != NULL; i++) {
        const char *attribute = spelling->attributes[i];
        bool joins = *attribute == '+';
        char type[8];
        const char *text = strchr(attribute, '=') + 1;
        snprintf(type, sizeof type, "%.*s", (int)(text - 1 - attribute - joins), attribute + joins);
        ASN1_STRING *string = NULL;
        ck_assert_int_gt(
            ASN1_mbstring_copy(&string, (const unsigned char *)text, -1, MBSTRING_UTF8, ASN1_tag2bit(spelling->type)),
            0);
        X509_NAME_ENTRY *entry = X509_NAME_ENTRY_create_by_txt(
            NULL, type, ASN1_STRING_type(string), ASN1_STRING_get0_data(string), ASN1_STRING_length(string));
        ck_assert_int_eq(X509_NAME_add_entry(name, entry, -1, joins ? -1 : 0), 1);
        X509_NAME_ENTRY_free(entry);
        ASN1_STRING_free(string);
    }
    return name;
}

static uint64_t key_of(X509_NAME *name)
{
    unsigned char *der = NULL;
    uint64_t key;
    int length = i2d_X509_NAME(name, &der);
    ck_assert_int_gt(length, 0);
    ck_assert(name_key(der, (size_t)length, &key));
    OPENSSL_free(der);
    return key;
}

START_TEST(equal_names_have_one_key)
{
    X509_NAME *left = spell(&rows[_i].left), *right = spell(&rows[_i].right);
    ck_assert_msg((X509_NAME_cmp(left, right) == 0) == rows[_i].equal, "%s: libcrypto", rows[_i].fact);
    ck_assert_msg((key_of(left) == key_of(right)) == rows[_i].equal, "%s", rows[_i].fact);
    X509_NAME_free(left);
    X509_NAME_free(right);
}
END_TEST

/* Every byte cut off, and every byte too many within. */
START_TEST(what_is_no_name_has_none)
{
    static const unsigned char name[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03,
                                         0x55, 0x04, 0x03, 0x0c, 0x02, 'C',  'A'};
    uint64_t key;
    ck_assert(name_key(name, sizeof name, &key));
    for (size_t length = 0; length < sizeof name; length++)
        ck_assert_msg(!name_key(name, length, &key), "%zu", length);
    for (size_t i = 1; i < sizeof name - 2; i++) {
        unsigned char broken[sizeof name];
        memcpy(broken, name, sizeof name);
        broken[i] = 0xff;
        name_key(broken, sizeof broken, &key); /* reads nothing beyond */
    }
}
END_TEST

START_TEST(what_is_no_name_may_be_any)
{
    unsigned char name[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x02, 'C', 'A'};
    uint64_t key;
    ck_assert(name_key(name, sizeof name, &key) && key != 0);
    ck_assert_uint_eq(subject_key(name, sizeof name), key);
    name[2] = 0x30; /* a SEQUENCE for a SET */
    ck_assert_uint_eq(subject_key(name, sizeof name), 0);
}
END_TEST

int main(void)
{
    TCase *keys = tcase_create("keys");
    tcase_add_loop_test(keys, equal_names_have_one_key, 0, (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(keys, what_is_no_name_has_none);
    tcase_add_test(keys, what_is_no_name_may_be_any);
    return run_cases("name key", (TCase *const[]){keys, NULL});
}
