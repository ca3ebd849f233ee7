/* Which script an interpreter runs, and which unit a process belongs to, from what the kernel says. */
#include "process/interpreter.h"
#include "process/script.h"
#include "process/unit.h"
#include "cases.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *path;
    enum interpreter interpreter;
} interpreters[] = {
    {"/usr/bin/python3.11", INTERPRETER_PYTHON},
    {"python", INTERPRETER_PYTHON},
    {"/opt/venv/bin/python3", INTERPRETER_PYTHON},
    {"/usr/bin/pypy3", INTERPRETER_PYTHON},
    {"perl5.36.0", INTERPRETER_PERL},
    {"/usr/bin/ruby3.1", INTERPRETER_RUBY},
    {"/usr/bin/php8.2", INTERPRETER_PHP},
    {"node", INTERPRETER_NODE},
    {"/usr/bin/nodejs", INTERPRETER_NODE},
    {"/bin/sh", INTERPRETER_SHELL},
    {"-bash", INTERPRETER_SHELL},
    {"/usr/bin/dash", INTERPRETER_SHELL},
    {"", INTERPRETER_NONE},
    {"/usr/bin/curl", INTERPRETER_NONE},
    {"/usr/bin/ssh", INTERPRETER_NONE},
    {"/usr/sbin/php-fpm8.2", INTERPRETER_NONE},
    {"/usr/bin/python3-config", INTERPRETER_NONE},
    {"/usr/bin/perldoc", INTERPRETER_NONE},
    {"/python3/", INTERPRETER_NONE},
};

START_TEST(interpreters_are_known_by_their_names)
{
    ck_assert_msg(interpreter_of(interpreters[_i].path) == interpreters[_i].interpreter, "%s", interpreters[_i].path);
}
END_TEST

/* A command line of words, and what is run. */
static const struct {
    const char *line;
    enum script_kind kind;
    const char *text;
} lines[] = {
    {"python3 /opt/x.py --verify off", SCRIPT_FILE, "/opt/x.py"},
    {"python3 -I -W ignore -X utf8 x.py -c y", SCRIPT_FILE, "x.py"},
    {"python3 -Wignore -Xdev -bb x.py", SCRIPT_FILE, "x.py"},
    {"python3 -uW ignore x.py", SCRIPT_FILE, "x.py"},
    {"python3 --check-hash-based-pycs always x.py", SCRIPT_FILE, "x.py"},
    {"python3 -m http.server x.py", SCRIPT_MODULE, "http.server"},
    {"python3 -Im http.server", SCRIPT_MODULE, "http.server"},
    {"python3 -mhttp.server", SCRIPT_MODULE, "http.server"},
    {"python3 -c x.py /opt/x.py", SCRIPT_COMMAND, "-c"},
    {"python3 -Ic x.py", SCRIPT_COMMAND, "-c"},
    {"python3 - /opt/x.py", SCRIPT_INPUT, "-"},
    {"python3", SCRIPT_INPUT, "-"},
    {"python3 -- -x.py", SCRIPT_FILE, "-x.py"},
    {"python3 -W", SCRIPT_UNKNOWN, NULL},
    {"python3 -Z /opt/x.py", SCRIPT_UNKNOWN, NULL},
    {"python3 --new-option /opt/x.py", SCRIPT_UNKNOWN, NULL},
    {"perl /opt/x.pl -e", SCRIPT_FILE, "/opt/x.pl"},
    {"perl -w -I /lib -MLWP::Simple -CSD x.pl", SCRIPT_FILE, "x.pl"},
    {"perl -wI/lib x.pl", SCRIPT_FILE, "x.pl"},
    {"perl -e print x.pl", SCRIPT_COMMAND, "-e"},
    {"perl -lane print x.pl", SCRIPT_COMMAND, "-e"},
    {"perl -l012 -0777ne print", SCRIPT_COMMAND, "-e"},
    {"perl -pi.bak x.pl file", SCRIPT_FILE, "x.pl"},
    {"perl -pie x.pl file", SCRIPT_FILE, "x.pl"},
    {"perl -wE print", SCRIPT_COMMAND, "-e"},
    {"perl -S x.pl", SCRIPT_UNKNOWN, NULL},
    {"ruby -Ilib -rjson -r net/http -W0 x.rb", SCRIPT_FILE, "x.rb"},
    {"ruby --disable gems x.rb", SCRIPT_FILE, "x.rb"},
    {"ruby --disable=gems --encoding=utf-8 x.rb", SCRIPT_FILE, "x.rb"},
    {"ruby -ne print x.rb", SCRIPT_COMMAND, "-e"},
    {"ruby -C / x.rb", SCRIPT_UNKNOWN, NULL},
    {"php /opt/x.php", SCRIPT_FILE, "/opt/x.php"},
    {"php -n -d memory_limit=1G -c/etc x.php", SCRIPT_FILE, "x.php"},
    {"php -q -f x.php -- -r", SCRIPT_FILE, "x.php"},
    {"php -r phpinfo();", SCRIPT_COMMAND, "-r"},
    {"php --run phpinfo();", SCRIPT_COMMAND, "-r"},
    {"php -- /opt/x.php", SCRIPT_INPUT, "-"},
    {"php -S localhost:80 x.php", SCRIPT_UNKNOWN, NULL},
    {"node /opt/x.js", SCRIPT_FILE, "/opt/x.js"},
    {"node --max-old-space-size=4096 --no-warnings x.js", SCRIPT_FILE, "x.js"},
    {"node -r dotenv/config --import ./y.mjs x.js", SCRIPT_FILE, "x.js"},
    {"node --require=y x.js", SCRIPT_FILE, "x.js"},
    {"node -e code x.js", SCRIPT_COMMAND, "-e"},
    {"node --eval code", SCRIPT_COMMAND, "-e"},
    {"node -pe code", SCRIPT_COMMAND, "-e"},
    {"node --some-option /opt/x.js evil.js", SCRIPT_UNKNOWN, NULL},
    {"node --run start", SCRIPT_COMMAND, "-r"},
    {"node inspect x.js", SCRIPT_UNKNOWN, NULL},
    {"sh /opt/x.sh", SCRIPT_FILE, "/opt/x.sh"},
    {"bash -eu -o pipefail x.sh -c", SCRIPT_FILE, "x.sh"},
    {"bash -euo pipefail x.sh", SCRIPT_FILE, "x.sh"},
    {"bash +o history x.sh", SCRIPT_FILE, "x.sh"},
    {"bash --norc --rcfile y x.sh", SCRIPT_FILE, "x.sh"},
    {"bash -c /opt/x.sh", SCRIPT_COMMAND, "-c"},
    {"bash -ec -u /opt/x.sh", SCRIPT_COMMAND, "-c"},
    {"bash -s /opt/x.sh", SCRIPT_INPUT, "-"},
    {"bash - x.sh", SCRIPT_FILE, "x.sh"},
    {"bash -- x.sh", SCRIPT_FILE, "x.sh"},
    {"-bash", SCRIPT_INPUT, "-"},
    {"curl /opt/x.py", SCRIPT_UNKNOWN, NULL},
};

START_TEST(the_script_is_found_among_the_arguments)
{
    char line[128], *words[16] = {NULL}, *state;
    int count = 0;
    snprintf(line, sizeof line, "%s", lines[_i].line);
    for (char *word = strtok_r(line, " ", &state); word != NULL; word = strtok_r(NULL, " ", &state))
        words[count++] = word;
    struct script_argument found = interpreter_script(interpreter_of(words[0]), count, words);
    ck_assert_msg(found.kind == lines[_i].kind, "%s: kind %d, %s", lines[_i].line, (int)found.kind, found.text);
    if (lines[_i].text != NULL)
        ck_assert_str_eq(found.text, lines[_i].text);
}
END_TEST

static const struct {
    const char *directory, *path, *absolute;
    bool is_plain;
} paths[] = {
    {"/home/u", "x.py", "/home/u/x.py", true},
    {"/home/u", "./x.py", "/home/u/x.py", true},
    {"/home/u", "../v//x.py", "/home/v/x.py", true},
    {"/home/u", "../../../x.py", "/x.py", true},
    {"/home/u", "a/../x.py", "/home/u/a/../x.py", false},
    {"/home/u", ".././../x.py", "/x.py", true},
    {"/", "x.py", "/x.py", true},
    {"/home/u", "/opt/x.py", "/opt/x.py", true},
    {"", "/opt//a/./x.py", "/opt/a/x.py", true},
    {"/home/u", "/opt/../x.py", "/opt/../x.py", false},
    {"/home/u", "/../x.py", "/../x.py", false},
    {"/home/u", "..x.py", "/home/u/..x.py", true},
};

START_TEST(paths_are_those_from_where_the_process_started)
{
    char absolute[PATH_MAX], small[8];
    bool is_plain;
    ck_assert(script_path(paths[_i].directory, paths[_i].path, absolute, sizeof absolute, &is_plain));
    ck_assert_str_eq(absolute, paths[_i].absolute);
    ck_assert_msg(is_plain == paths[_i].is_plain, "%s", paths[_i].path);
    ck_assert(strlen(paths[_i].absolute) < sizeof small ||
              !script_path(paths[_i].directory, paths[_i].path, small, sizeof small, &is_plain));
}
END_TEST

static const struct {
    const char *text;
    const char *name, *of_user;
} groups[] = {
    {"0::/system.slice/nginx.service\n", "nginx.service", NULL},
    {"0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", NULL},
    {"0::/system.slice/dev-disk\\x2duuid.swap\n", "dev-disk\\x2duuid.swap", NULL},
    {"0::/init.scope\n", "init.scope", NULL},
    {"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", NULL},
    {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-a\\x2db.scope\n", "user@1000.service",
     "app-a\\x2db.scope"},
    {"0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "user@1000.service", "init.scope"},
    {"0::/user.slice/user-1000.slice/user@1000.service\n", "user@1000.service", NULL},
    {"0::/system.slice/docker-0123.scope\n", "docker-0123.scope", NULL},
    {"0::/system.slice/docker-0123.scope/system.slice/nginx.service\n", "docker-0123.scope", NULL},
    {"0::/system.slice/own.service/nginx.service\n", "own.service", NULL},
    {"0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-0123.scope\n", "cri-containerd-0123.scope", NULL},
    {"0::/docker/0123\n", "", NULL},
    {"0::/system.slice\n", "", NULL},
    {"0::/system.slice/_cgroup.service\n", "cgroup.service", NULL},
    {"0::/\n", NULL, NULL},
    {"0::/../../system.slice/nginx.service\n", NULL, NULL},
    {"", NULL, NULL},
    {"nonsense\n", NULL, NULL},
    {"12:pids:/system.slice/a.service\n1:name=systemd:/system.slice/b.service\n0::/system.slice/c.service\n",
     "b.service", NULL},
    {"12:pids:/docker/0123\n1:name=systemd:/docker/0123\n", "", NULL},
    {"12:pids:/docker/0123\n1:name=systemd-not:/system.slice/b.service\n", NULL, NULL},
    {"1:name=systemd:/\n0::/system.slice/c.service\n", NULL, NULL},
    {"0::/system.slice/nginx.service", "nginx.service", NULL},
};

static void assert_same(const char *got, const char *wanted, const char *text)
{
    bool same = (got == NULL) == (wanted == NULL) && (got == NULL || strcmp(got, wanted) == 0);
    ck_assert_msg(same, "%s: %s and not %s", text, got, wanted);
}

START_TEST(the_unit_is_the_outermost_that_is_no_slice)
{
    struct arena arena = {0};
    struct unit unit;
    unit_of_groups(groups[_i].text, &unit, &arena);
    assert_same(unit.name, groups[_i].name, groups[_i].text);
    assert_same(unit.of_user, groups[_i].of_user, groups[_i].text);
    arena_free(&arena);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("script");
    tcase_add_loop_test(tests, interpreters_are_known_by_their_names, 0, sizeof interpreters / sizeof *interpreters);
    tcase_add_loop_test(tests, the_script_is_found_among_the_arguments, 0, sizeof lines / sizeof *lines);
    tcase_add_loop_test(tests, paths_are_those_from_where_the_process_started, 0, sizeof paths / sizeof *paths);
    tcase_add_loop_test(tests, the_unit_is_the_outermost_that_is_no_slice, 0, sizeof groups / sizeof *groups);
    return run_cases("script", (TCase *const[]){tests, NULL});
}
