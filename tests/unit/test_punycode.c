#include "cases.h"
#include "peer/punycode.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

struct vector {
    const char *name;
    const char32_t *points;
    const char *expected;
};

/* RFC 3492 section 7.1. */
static const struct vector vectors[] = {
    {"A Arabic", U"ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"},
    {"B Chinese, simplified", U"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
    {"C Chinese, traditional", U"他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"},
    {"D Czech", U"Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"},
    {"E Hebrew", U"למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"},
    {"F Hindi", U"यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd"},
    {"G Japanese", U"なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"},
    {"H Korean", U"세계의모든사람들이한국어를이해한다면얼마나좋을까",
     "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c"},
    {"I Russian (without the case annotation)", U"почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"},
    {"J Spanish", U"PorquénopuedensimplementehablarenEspañol", "PorqunopuedensimplementehablarenEspaol-fmd56a"},
    {"K Vietnamese", U"TạisaohọkhôngthểchỉnóitiếngViệt", "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g"},
    {"L Japanese and ASCII", U"3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"},
    {"M hyphens", U"安室奈美恵-with-SUPER-MONKEYS", "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n"},
    {"N hyphen before the delimiter", U"Hello-Another-Way-それぞれの場所", "Hello-Another-Way--fc4qua05auwb3674vfr0b"},
    {"O trailing digit", U"ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"},
    {"P mixed", U"MajiでKoiする5秒前", "MajiKoi5-783gue6qz075azm5e"},
    {"Q lower case", U"パフィーdeルンバ", "de-jg4avhby1noc0d"},
    {"R Japanese only", U"そのスピードで", "d9juau41awczczp"},
    {"S ASCII only", U"-> $1.00 <-", "-> $1.00 <--"},
    {"one code point", U"\u00FC", "tda"},
    {"delimiter after one letter", U"b\u00FCcher", "bcher-kva"},
    {"highest code point", U"\U0010FFFF", "dn32g"},
};
enum { VECTORS = sizeof vectors / sizeof *vectors };

static size_t length_of(const char32_t *points)
{
    size_t length = 0;
    while (points[length] != 0) {
        length++;
    }
    return length;
}

START_TEST(encodes_the_vectors)
{
    const struct vector *row = &vectors[_i];
    char text[128] = "";
    size_t length = punycode_encode(row->points, length_of(row->points), text, sizeof text);

    ck_assert_msg(length == strlen(row->expected) && memcmp(text, row->expected, length) == 0, "%s: %.*s", row->name,
                  (int)length, text);
}
END_TEST

START_TEST(refuses_every_output_that_is_too_short)
{
    const struct vector *row = &vectors[_i];
    size_t needed = strlen(row->expected);

    for (size_t size = 0; size < needed; size++) {
        /* Allocated, so that AddressSanitizer sees a byte too many. */
        char *text = malloc(size + 1);
        text[size] = '!';
        ck_assert_msg(punycode_encode(row->points, length_of(row->points), text, size) == 0, "%s: fits %zu", row->name,
                      size);
        ck_assert_int_eq(text[size], '!');
        free(text);
    }
}
END_TEST

/* Section 6.4: 0x10FFFF - 0x80 times 3856 no longer fits 32 bits. */
START_TEST(refuses_an_overflow)
{
    enum { FITS = 3855 };
    static uint32_t points[FITS + 1];
    static char text[2 * FITS];

    for (size_t i = 0; i < FITS; i++) {
        points[i] = 'a';
    }
    points[FITS] = 0x10FFFF;
    ck_assert_uint_gt(punycode_encode(points + 1, FITS, text, sizeof text), FITS);
    ck_assert_uint_eq(punycode_encode(points, FITS + 1, text, sizeof text), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("encode");

    tcase_add_loop_test(tests, encodes_the_vectors, 0, VECTORS);
    tcase_add_loop_test(tests, refuses_every_output_that_is_too_short, 0, VECTORS);
    tcase_add_test(tests, refuses_an_overflow);
    return run_cases("punycode", (TCase *const[]){tests, NULL});
}
