#include "cases.h"
#include "run/preload.h"
#include "shared/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct clean_row {
    const char *name;
    const char *bytes;
    size_t length;
    const char *clean;
};

#define BYTES(text) (text), sizeof(text) - 1

static const struct clean_row clean_rows[] = {
    {"plain", BYTES("a b~"), "a b~"},
    {"escape sequence", BYTES("\033[31mred"), "\\x1b[31mred"},
    {"NUL", BYTES("a\0b"), "a\\x00b"},
    {"newline", BYTES("a\nb"), "a\\x0ab"},
    {"DEL", BYTES("\x7f"), "\\x7f"},
    {"C1 control", BYTES("\xc2\x9b"), "\\xc2\\x9b"},
    {"no-break space", BYTES("\xc2\xa0"), "\xc2\xa0"},
    {"UTF-8",
     BYTES("b\xc3\xbc"
           "cher \xe2\x82\xac \xf0\x9f\x94\x92"),
     "b\xc3\xbc"
     "cher \xe2\x82\xac \xf0\x9f\x94\x92"},
    {"lone continuation", BYTES("\x80"), "\\x80"},
    {"cut sequence", BYTES("\xe2\x82"), "\\xe2\\x82"},
    {"overlong slash", BYTES("\xc0\xaf"), "\\xc0\\xaf"},
    {"overlong in three bytes", BYTES("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"},
    {"surrogate", BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
    {"beyond Unicode", BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
    {"line separator", BYTES("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"},
    /* NOLINTBEGIN(misc-misleading-bidirectional) */
    {"right-to-left override", BYTES("\xe2\x80\xae"), "\\xe2\\x80\\xae"},
    {"isolate", BYTES("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"},
    /* NOLINTEND(misc-misleading-bidirectional) */
    {"empty", BYTES(""), ""},
};

START_TEST(cleans)
{
    const struct clean_row *row = &clean_rows[_i];
    char *clean = text_clean(row->bytes, row->length);
    ck_assert_msg(strcmp(clean, row->clean) == 0, "%s: %s", row->name, clean);
    free(clean);
}
END_TEST

struct preload_row {
    const char *name;
    const char *current;
    const char *list;
};

static const struct preload_row preload_rows[] = {
    {"unset", NULL, "/l/libtlsward.so"},
    {"empty", "", "/l/libtlsward.so"},
    {"another stays behind ours", "libjemalloc.so.2", "/l/libtlsward.so:libjemalloc.so.2"},
    {"order is kept", "a.so:b.so", "/l/libtlsward.so:a.so:b.so"},
    {"blanks separate too", "a.so b.so", "/l/libtlsward.so:a.so:b.so"},
    {"empty entries are no entries", ":a.so::", "/l/libtlsward.so:a.so"},
    {"ours is not doubled", "a.so:/l/libtlsward.so", "/l/libtlsward.so:a.so"},
    {"nor is an older one of ours", "/old/libtlsward.so a.so", "/l/libtlsward.so:a.so"},
    {"nor one without a path", "libtlsward.so", "/l/libtlsward.so"},
    {"a like name is another", "/x/notlibtlsward.so", "/l/libtlsward.so:/x/notlibtlsward.so"},
};

START_TEST(lists_preloads)
{
    const struct preload_row *row = &preload_rows[_i];
    char *list = preload_list("/l/libtlsward.so", row->current);
    ck_assert_msg(strcmp(list, row->list) == 0, "%s: %s", row->name, list);
    free(list);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, cleans, 0, sizeof clean_rows / sizeof *clean_rows);
    tcase_add_loop_test(tests, lists_preloads, 0, sizeof preload_rows / sizeof *preload_rows);
    return run_cases("text", (TCase *const[]){tests, NULL});
}
