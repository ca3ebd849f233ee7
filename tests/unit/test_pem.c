/* Finding certificates in text, and the few places in their DER that matter. Every input is an exact-size heap copy,
 * so that the sanitizer sees a read past its end. */
#include "cases.h"
#include "trust/base64.h"
#include "trust/der.h"
#include "trust/pem.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"

/* No terminator follows: reading on is an error that the address sanitizer reports. */
static void *exact_copy(const void *data, size_t length)
{
    void *copy = malloc(length ? length : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, length);
    return copy;
}

/* The blocks found, one letter each: C certificate, T with trust settings, small where the end is missing. */
static const struct {
    const char *name, *text, *blocks;
} framings[] = {
    {"nothing", "", ""},
    {"no PEM", "hello\n", ""},
    {"one block", BEGIN "AAAA\n" END, "C"},
    {"no newline at the end", BEGIN "AAAA\n-----END CERTIFICATE-----", "C"},
    {"DOS line ends", "-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----\r\n", "C"},
    {"blanks behind the dashes", "-----BEGIN CERTIFICATE----- \t\nAAAA\n-----END CERTIFICATE-----  \n", "C"},
    {"byte-order mark first", "\xef\xbb\xbf" BEGIN "AAAA\n" END, "C"},
    {"byte-order mark later", "x\n\xef\xbb\xbf" BEGIN "AAAA\n" END, ""},
    {"garbage between blocks", "# CA\n" BEGIN "AAAA\n" END "\nsubject=x\n" BEGIN "AAAA\n" END "end", "CC"},
    {"all labels",
     "-----BEGIN X509 CERTIFICATE-----\nA\n-----END X509 CERTIFICATE-----\n"
     "-----BEGIN TRUSTED CERTIFICATE-----\nA\n-----END TRUSTED CERTIFICATE-----\n" BEGIN "A\n" END,
     "CTC"},
    {"other labels are not certificates",
     "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n"
     "-----BEGIN CERTIFICATE REQUEST-----\nA\n-----END CERTIFICATE REQUEST-----\n"
     "-----BEGIN MY CERTIFICATE-----\nA\n-----END MY CERTIFICATE-----\n",
     ""},
    {"BEGIN is not in the first column", " " BEGIN "AAAA\n" END, ""},
    {"BEGIN in mid-line, then a real one", "x " BEGIN BEGIN "AAAA\n" END, "C"},
    {"cut after BEGIN", "-----BEGIN CERTIFICATE-----", "c"},
    {"cut in the BEGIN line", "-----BEGIN CERTIFICATE--", ""},
    {"cut in the body", BEGIN "AAAA\nAA", "c"},
    {"cut in the END line", BEGIN "AAAA\n-----END CERTIFICATE--", "c"},
    {"the next block starts before the end", BEGIN "AAAA\n" BEGIN "AAAA\n" END, "cC"},
    {"another label ends it", BEGIN "AAAA\n-----END X509 CERTIFICATE-----\n" BEGIN "AAAA\n" END, "cC"},
    {"END in mid-line", BEGIN "AAAA " END, "c"},
    {"empty body", BEGIN END, "C"},
};

START_TEST(framing)
{
    size_t length = strlen(framings[_i].text), offset = 0, count = 0;
    char *text = exact_copy(framings[_i].text, length), blocks[8] = "";
    struct pem_block block;
    while (pem_next(text, length, &offset, &block)) {
        ck_assert_uint_lt(count, sizeof(blocks) - 1);
        ck_assert_uint_le(offset, length);
        blocks[count++] = (char)((block.trust_settings ? 'T' : 'C') | (block.complete ? 0 : 0x20));
    }
    ck_assert_msg(strcmp(blocks, framings[_i].blocks) == 0, "%s: \"%s\", not \"%s\"", framings[_i].name, blocks,
                  framings[_i].blocks);
    free(text);
}
END_TEST

START_TEST(body_is_what_lies_between)
{
    const char text[] = "x\n" BEGIN "QUJD\nREVG\n" END;
    struct pem_block block;
    size_t offset = 0;
    ck_assert(pem_next(text, strlen(text), &offset, &block));
    ck_assert_uint_eq(block.length, strlen("QUJD\nREVG\n"));
    ck_assert_mem_eq(block.body, "QUJD\nREVG\n", block.length);
    ck_assert_uint_eq(offset, strlen(text));
}
END_TEST

/* RFC 4648 section 10, and what must not pass. NULL: refused. */
static const struct {
    const char *name, *body, *bytes;
} bodies[] = {
    {"empty", "", NULL},
    {"one byte", "Zg==", "f"},
    {"two bytes", "Zm8=", "fo"},
    {"three bytes", "Zm9v", "foo"},
    {"six bytes", "Zm9vYmFy", "foobar"},
    {"white space anywhere", " Z\tm\r\n9v\nYm E=\n", "fooba"},
    {"all 64 digits", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
     "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92"
     "\x59"
     "\xa7\xa2\x9a\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf"},
    {"padding missing", "Zg", NULL},
    {"padding too short", "Zg=", NULL},
    {"padding too long", "Zm9v=", NULL},
    {"only padding", "====", NULL},
    {"one digit left over", "Zm9vY", NULL},
    {"digits behind the padding", "Zg==Zg==", NULL},
    {"PEM header", "Proc-Type: 4,ENCRYPTED\n\nZm9v", NULL},
    {"URL alphabet", "Zm-_", NULL},
    {"a byte above ASCII", "Zm9\xc3", NULL},
    {"a byte below the table", "Zm9*", NULL},
    {"a byte above the table", "Zm9{", NULL},
};

START_TEST(base64)
{
    size_t length = strlen(bodies[_i].body), decoded = 0;
    char *body = exact_copy(bodies[_i].body, length);
    unsigned char *bytes = pem_decode(body, length, &decoded);
    if (bodies[_i].bytes) {
        size_t expected = bodies[_i].bytes[0] ? strlen(bodies[_i].bytes) : 48;
        ck_assert_msg(bytes && decoded == expected, "%s: %zu bytes", bodies[_i].name, decoded);
        ck_assert_msg(memcmp(bytes, bodies[_i].bytes, decoded) == 0, "%s", bodies[_i].name);
    } else {
        ck_assert_msg(!bytes, "%s: accepted", bodies[_i].name);
    }
    free(bytes);
    free(body);
}
END_TEST

/* With room for fewer bytes those are the same, the rest is checked as well, and nothing is written behind them. */
START_TEST(base64_start)
{
    size_t length = strlen(bodies[_i].body), whole = 0;
    char *body = exact_copy(bodies[_i].body, length);
    unsigned char *bytes = pem_decode(body, length, &whole);
    for (size_t room = 0; room <= length; room++) {
        unsigned char *start = malloc(room ? room : 1);
        size_t decoded = base64_decode_start(body, length, start, room);
        ck_assert_msg(decoded == (bytes ? whole : 0), "%s: %zu of %zu", bodies[_i].name, decoded, room);
        ck_assert_msg(!bytes || memcmp(start, bytes, room < whole ? room : whole) == 0, "%s", bodies[_i].name);
        free(start);
    }
    free(bytes);
    free(body);
}
END_TEST

/* Lines as wide as the row says; a byte that is no digit is seen wherever it stands. */
START_TEST(base64_lines)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const int widths[] = {64, 76, 63, 1000};
    char text[1000];
    size_t length = 0, count = 0;
    for (; length < sizeof(text) - 2; count++) {
        text[length++] = digits[(count * 7) % 64];
        if (count % (size_t)widths[_i] == (size_t)widths[_i] - 1)
            text[length++] = '\n';
    }
    for (; count % 4 != 0; count--)
        length -= text[length - 1] == '\n' ? 2 : 1;
    unsigned char start[96];
    ck_assert_uint_eq(base64_decode_start(text, length, start, sizeof(start)), count / 4 * 3);
    for (size_t i = 0; i < length; i++) {
        static const char no_digits[] = "-.:@[`{*,\x80\xff\x01";
        char before = text[i];
        text[i] = no_digits[i % (sizeof(no_digits) - 1)];
        ck_assert_msg(base64_decode_start(text, length, start, sizeof(start)) == 0, "%d wide: '%c' at %zu", widths[_i],
                      text[i], i);
        text[i] = before;
    }
}
END_TEST

/* Certificates as skeletons: version, serial 5, signature, issuer, validity empty, subject SEQUENCE { 31 00 }. */
#define TBS_V3 "\xa0\x03\x02\x01\x02\x02\x01\x05\x30\x00\x30\x00\x30\x00\x30\x02\x31\x00"
#define TBS_V1 "\x02\x01\x05\x30\x00\x30\x00\x30\x00\x30\x02\x31\x00"
#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *name, *data;
    size_t length;
    bool found;
    size_t certificate, rest;
} certificates[] = {
    {"version 3", BYTES("\x30\x14\x30\x12" TBS_V3), true, 22, 0},
    {"version 1 has no version field", BYTES("\x30\x0f\x30\x0d" TBS_V1), true, 17, 0},
    {"length in one long byte", BYTES("\x30\x81\x10\x30\x0e\x02\x01\x05\x30\x00\x30\x00\x30\x00\x30\x02\x31\x00\x05"),
     true, 19, 0},
    {"length in four bytes", BYTES("\x30\x84\x00\x00\x00\x0f\x30\x0d" TBS_V1), true, 21, 0},
    {"something behind it", BYTES("\x30\x0f\x30\x0d" TBS_V1 "\x30\x00"), true, 17, 2},
    {"nothing", BYTES(""), false, 0, 0},
    {"only a tag", BYTES("\x30"), false, 0, 0},
    {"shorter than it says", BYTES("\x30\x15\x30\x12" TBS_V3), false, 0, 0},
    {"inner length beyond the outer one", BYTES("\x30\x0f\x30\x0e" TBS_V1 "\x00"), false, 0, 0},
    {"length of five bytes", BYTES("\x30\x85\x00\x00\x00\x00\x0f\x30\x0d" TBS_V1), false, 0, 0},
    {"length bytes cut off", BYTES("\x30\x84\x00\x00"), false, 0, 0},
    {"largest length", BYTES("\x30\x84\xff\xff\xff\xff\x30\x0d" TBS_V1), false, 0, 0},
    {"indefinite length", BYTES("\x30\x80\x30\x0d" TBS_V1 "\x00\x00"), false, 0, 0},
    {"not a sequence", BYTES("\x31\x0f\x30\x0d" TBS_V1), false, 0, 0},
    {"a damaged version", BYTES("\x30\x04\x30\x02\xa0\x05"), false, 0, 0},
    {"a certificate without subject", BYTES("\x30\x0b\x30\x09\x02\x01\x05\x30\x00\x30\x00\x30\x00"), false, 0, 0},
    {"a private key", BYTES("\x30\x05\x02\x01\x00\x30\x00"), false, 0, 0},
};

START_TEST(certificate)
{
    struct der input = {exact_copy(certificates[_i].data, certificates[_i].length), certificates[_i].length};
    struct der whole, subject, rest;
    bool found = der_certificate(input, &whole, &subject, &rest);
    ck_assert_msg(found == certificates[_i].found, "%s", certificates[_i].name);
    if (found) {
        ck_assert_msg(whole.data == input.data && whole.length == certificates[_i].certificate, "%s: %zu bytes",
                      certificates[_i].name, whole.length);
        ck_assert_msg(rest.length == certificates[_i].rest, "%s: %zu left", certificates[_i].name, rest.length);
        ck_assert_uint_eq(subject.length, 4);
        ck_assert_mem_eq(subject.data, "\x30\x02\x31\x00", 4);
    }
    free((void *)input.data);
}
END_TEST

/* Of the first bytes, as soon as the subject is among them; exact copies, for the sanitizer. */
START_TEST(start_of_certificate)
{
    const unsigned char *data = (const unsigned char *)certificates[_i].data;
    size_t whole = certificates[_i].length, length;
    struct der wanted, subject, rest, found;
    bool has_subject = der_certificate((struct der){data, whole}, &wanted, &subject, &rest);
    for (size_t at_hand = 0; at_hand <= whole; at_hand++) {
        struct der start = {exact_copy(data, at_hand), at_hand};
        bool told = der_certificate_start(start, whole, &length, &found);
        bool within = has_subject && (size_t)(subject.data - data) + subject.length <= at_hand;
        ck_assert_msg(told == within, "%s: %zu bytes", certificates[_i].name, at_hand);
        if (told)
            ck_assert_msg(length == certificates[_i].certificate && found.data - start.data == subject.data - data &&
                              found.length == subject.length,
                          "%s: %zu bytes: another one", certificates[_i].name, at_hand);
        free((void *)start.data);
    }
}
END_TEST

#define SERVER "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
#define EMAIL "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x04"
#define ANY "\x06\x04\x55\x1d\x25\x00"

static const struct {
    const char *name, *data;
    size_t length;
    bool allowed;
} settings[] = {
    {"none", BYTES(""), true},
    {"empty", BYTES("\x30\x00"), true},
    {"only an alias", BYTES("\x30\x03\x0c\x01\x41"), true},
    {"trusted for servers", BYTES("\x30\x0c\x30\x0a" SERVER), true},
    {"trusted for any use", BYTES("\x30\x08\x30\x06" ANY), true},
    {"trusted for mail and servers", BYTES("\x30\x16\x30\x14" EMAIL SERVER), true},
    {"trusted for mail only", BYTES("\x30\x0c\x30\x0a" EMAIL), false},
    {"trusted for nothing", BYTES("\x30\x02\x30\x00"), false},
    {"rejected for servers", BYTES("\x30\x0c\xa0\x0a" SERVER), false},
    {"rejected for any use", BYTES("\x30\x08\xa0\x06" ANY), false},
    {"rejected for mail only", BYTES("\x30\x0c\xa0\x0a" EMAIL), true},
    {"trusted and rejected", BYTES("\x30\x18\x30\x0a" SERVER "\xa0\x0a" SERVER), false},
    {"trusted, and rejected for mail", BYTES("\x30\x18\x30\x0a" SERVER "\xa0\x0a" EMAIL), true},
    {"not a sequence", BYTES("\x04\x00"), false},
    {"cut off", BYTES("\x30\x0c\x30\x0a\x06\x08\x2b\x06\x01\x05"), false},
    {"something else in the list", BYTES("\x30\x0f\x30\x0d" SERVER "\x02\x01\x00"), false},
    {"a longer OID that starts the same", BYTES("\x30\x0d\x30\x0b\x06\x09\x2b\x06\x01\x05\x05\x07\x03\x01\x01"), false},
};

START_TEST(trust_settings)
{
    struct der input = {exact_copy(settings[_i].data, settings[_i].length), settings[_i].length};
    ck_assert_msg(der_trust_settings_allow_server(input) == settings[_i].allowed, "%s", settings[_i].name);
    free((void *)input.data);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("pem");
    tcase_add_loop_test(cases, framing, 0, COUNT(framings));
    tcase_add_test(cases, body_is_what_lies_between);
    tcase_add_loop_test(cases, base64, 0, COUNT(bodies));
    tcase_add_loop_test(cases, base64_start, 0, COUNT(bodies));
    tcase_add_loop_test(cases, base64_lines, 0, 4);
    tcase_add_loop_test(cases, start_of_certificate, 0, COUNT(certificates));
    tcase_add_loop_test(cases, certificate, 0, COUNT(certificates));
    tcase_add_loop_test(cases, trust_settings, 0, COUNT(settings));
    return run_cases("pem", (TCase *const[]){cases, NULL});
}
