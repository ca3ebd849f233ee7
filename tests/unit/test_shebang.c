#include "../../tools/shebang.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *name;
    const char *head;
    bool found;
    const char *interpreter;
    const char *command;
    bool clears_environment;
};

static const struct row rows[] = {
    {"plain", "#!/bin/sh\necho", true, "/bin/sh", "", false},
    {"blanks before and after", "#! \t/bin/sh \t-e\n", true, "/bin/sh", "", false},
    {"no newline", "#!/bin/sh", true, "/bin/sh", "", false},
    {"carriage return", "#!/bin/sh\r\n", true, "/bin/sh", "", false},
    {"argument is not a command", "#!/usr/bin/perl env\n", true, "/usr/bin/perl", "", false},
    {"env", "#!/usr/bin/env python3\n", true, "/usr/bin/env", "python3", false},
    {"env somewhere else", "#!/opt/bin/env ruby\n", true, "/opt/bin/env", "ruby", false},
    {"not env", "#!/usr/bin/myenv python3\n", true, "/usr/bin/myenv", "", false},
    {"env -S", "#!/usr/bin/env -S python3 -u\n", true, "/usr/bin/env", "python3", false},
    {"env -S glued", "#!/usr/bin/env -Spython3 -u\n", true, "/usr/bin/env", "python3", false},
    {"env with assignments", "#!/usr/bin/env -S A=1 B= ruby\n", true, "/usr/bin/env", "ruby", false},
    {"env -u takes a name", "#!/usr/bin/env -S -u HOME ruby\n", true, "/usr/bin/env", "ruby", false},
    {"env -i", "#!/usr/bin/env -S -i sh\n", true, "/usr/bin/env", "sh", true},
    {"env -", "#!/usr/bin/env -S - sh\n", true, "/usr/bin/env", "sh", true},
    {"env -iS", "#!/usr/bin/env -iS sh\n", true, "/usr/bin/env", "sh", true},
    {"env -vS", "#!/usr/bin/env -vS sh\n", true, "/usr/bin/env", "sh", false},
    {"env without a command", "#!/usr/bin/env\n", true, "/usr/bin/env", "", false},
    {"the second line does not count", "#!/usr/bin/env\nsh", true, "/usr/bin/env", "", false},
    {"no interpreter", "#!\n", false, "", "", false},
    {"no interpreter line", "echo", false, "", "", false},
    {"one byte", "#", false, "", "", false},
    {"nothing", "", false, "", "", false},
};

START_TEST(parses)
{
    const struct row *row = &rows[_i];
    struct shebang shebang;
    bool found = shebang_parse(row->head, (unsigned)strlen(row->head), &shebang);
    ck_assert_msg(found == row->found, "%s: found %d", row->name, found);
    ck_assert_msg(strcmp(shebang.interpreter, row->interpreter) == 0, "%s: %s", row->name, shebang.interpreter);
    ck_assert_msg(strcmp(shebang.command, row->command) == 0, "%s: %s", row->name, shebang.command);
    ck_assert_msg(shebang.clears_environment == row->clears_environment, "%s", row->name);
}
END_TEST

START_TEST(reads_no_byte_beyond_the_head)
{
    char *head = malloc(9);
    ck_assert_ptr_nonnull(head);
    memcpy(head, "#!/bin/sh", 9);
    struct shebang shebang;
    ck_assert(shebang_parse(head, 9, &shebang));
    ck_assert_str_eq(shebang.interpreter, "/bin/sh");
    free(head);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("shebang");
    tcase_add_loop_test(tests, parses, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tests, reads_no_byte_beyond_the_head);
    Suite *suite = suite_create("shebang");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
