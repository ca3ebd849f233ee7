/* The notes of a segment, and what is no note any more. */
#include "cases.h"
#include "process/elf_notes.h"

#include <check.h>

/* As the segment has them, four bytes at a time; the words of a name are four of its letters. */
#define GNU 0x00554e47 /* "GNU" */

static const struct {
    const char *name;
    uint32_t words[8];
    size_t size; /* bytes of them */
    int notes;   /* that are found */
} rows[] = {
    {"none", {0}, 0, 0},
    {"one", {4, 4, 3, GNU, 7}, 20, 1},
    {"one without a name and a body", {0, 0, 3}, 12, 1},
    {"two", {0, 4, 1, 7, 4, 0, 3, GNU}, 32, 2},
    {"padding behind name and body", {2, 1, 3, 'G', 7, 0, 0, 1}, 32, 2},
    {"a header that is cut short", {4, 4, 3, GNU, 7, 0, 0, 3}, 31, 1},
    {"a name that is cut short", {4, 0, 3, GNU}, 15, 0},
    {"a body that is cut short", {4, 4, 3, GNU, 7}, 19, 0},
    {"padding that is cut short", {4, 1, 3, GNU, 7}, 17, 0},
    {"a name of which 32 bits cannot count the padding", {0xfffffffe, 4, 3, GNU, 7}, 20, 0},
    {"a body of which 32 bits cannot count the padding", {4, 0xfffffffd, 3, GNU, 7}, 20, 0},
};

START_TEST(finds_what_is_there)
{
    struct elf_notes notes = {(const unsigned char *)rows[_i].words, rows[_i].size};
    struct elf_note note;
    int found = 0;
    while (elf_notes_next(&notes, &note))
        found++;
    ck_assert_msg(found == rows[_i].notes, "%s: %d notes", rows[_i].name, found);
}
END_TEST

START_TEST(tells_a_note_by_type_and_name)
{
    static const uint32_t words[] = {4, 4, 3, GNU, 7};
    struct elf_notes notes = {(const unsigned char *)words, sizeof words};
    struct elf_note note;
    ck_assert(elf_notes_next(&notes, &note));
    ck_assert(elf_note_is(&note, 3, "GNU", sizeof "GNU"));
    ck_assert(!elf_note_is(&note, 1, "GNU", sizeof "GNU"));
    ck_assert(!elf_note_is(&note, 3, "GNV", sizeof "GNV"));
    ck_assert(!elf_note_is(&note, 3, "GN", sizeof "GN"));
    ck_assert_uint_eq(note.body_size, 4);
    ck_assert_mem_eq(note.body, &words[4], 4);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("walk");

    tcase_add_loop_test(tests, finds_what_is_there, 0, (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tests, tells_a_note_by_type_and_name);
    return run_cases("elf_notes", (TCase *const[]){tests, NULL});
}
