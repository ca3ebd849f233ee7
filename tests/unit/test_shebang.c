#include "cases.h"
#include "shared/shebang.h"

#include <check.h>
#include <string.h>

struct row {
    const char *name;
    const char *head;
    const char *interpreter;
    const char *command;
    bool found;
    bool clears_environment;
};

static const struct row rows[] = {
    {"plain", "#!/bin/sh\necho", "/bin/sh", "", true, false},
    {"blanks before and after", "#! \t/bin/sh \t-e\n", "/bin/sh", "", true, false},
    {"no newline", "#!/bin/sh", "/bin/sh", "", true, false},
    {"carriage return", "#!/bin/sh\r\n", "/bin/sh", "", true, false},
    {"argument is not a command", "#!/usr/bin/perl env\n", "/usr/bin/perl", "", true, false},
    {"env", "#!/usr/bin/env python3\n", "/usr/bin/env", "python3", true, false},
    {"env somewhere else", "#!/opt/bin/env ruby\n", "/opt/bin/env", "ruby", true, false},
    {"not env", "#!/usr/bin/myenv python3\n", "/usr/bin/myenv", "", true, false},
    {"env -S", "#!/usr/bin/env -S python3 -u\n", "/usr/bin/env", "python3", true, false},
    {"env -S glued", "#!/usr/bin/env -Spython3 -u\n", "/usr/bin/env", "python3", true, false},
    {"env with assignments", "#!/usr/bin/env -S A=1 B= ruby\n", "/usr/bin/env", "ruby", true, false},
    {"env -u takes a name", "#!/usr/bin/env -S -u HOME ruby\n", "/usr/bin/env", "ruby", true, false},
    {"env -i", "#!/usr/bin/env -S -i sh\n", "/usr/bin/env", "sh", true, true},
    {"env -", "#!/usr/bin/env -S - sh\n", "/usr/bin/env", "sh", true, true},
    {"env -iS", "#!/usr/bin/env -iS sh\n", "/usr/bin/env", "sh", true, true},
    {"env -vS", "#!/usr/bin/env -vS sh\n", "/usr/bin/env", "sh", true, false},
    {"env without a command", "#!/usr/bin/env\n", "/usr/bin/env", "", true, false},
    {"the second line does not count", "#!/usr/bin/env\nsh", "/usr/bin/env", "", true, false},
    {"no interpreter", "#!\n", "", "", false, false},
    {"no interpreter line", "echo", "", "", false, false},
    {"one byte", "#", "", "", false, false},
    {"nothing", "", "", "", false, false},
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
    const char head[] = "#!/bin/shell";
    struct shebang shebang;
    ck_assert(shebang_parse(head, 9, &shebang));
    ck_assert_str_eq(shebang.interpreter, "/bin/sh");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("shebang");
    tcase_add_loop_test(tests, parses, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tests, reads_no_byte_beyond_the_head);
    return run_cases("shebang", (TCase *const[]){tests, NULL});
}
