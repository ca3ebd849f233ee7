#include "enable/self_test.h"

#include "enable/probe.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, WORDS_MAX = 6 };

struct trial {
    const char *argv[WORDS_MAX];
    const char *name;        /* as a reader would type it */
    const char *alternative; /* another place of argv[0] */
};

/*
 * A shell, what links OpenSSL or opens it later, what is privileged for others, what lets people in, what starts the
 * rest. None of them changes anything; sudo as nobody would tell root by mail that he tried.
 */
static const struct trial trials[] = {
    {{"/bin/true"}, "true", NULL},
    {{"/bin/sh", "-c", "command -v sh && (exit 3)"}, "sh", NULL},
    {{"/usr/bin/python3", "-I", "-c", "import ssl; print(len(ssl.create_default_context().get_ciphers()) > 0)"},
     "python3 -c 'import ssl'",
     "/usr/local/bin/python3"},
    {{"/usr/bin/perl", "-e", "print qq(perl\\n)"}, "perl", NULL},
    {{"/usr/bin/openssl", "version"}, "openssl version", NULL},
    {{"/usr/bin/curl", "--version"}, "curl --version", NULL},
    {{"/usr/bin/sudo", "-n", "-V"}, "sudo -n", NULL},
    {{"/usr/sbin/sshd", "-t"}, "sshd -t", NULL},
    {{"/usr/bin/systemctl", "--version"}, "systemctl --version", "/bin/systemctl"},
};
enum { IN_PLACE_TRIALS = 2 };

/* What differs, as the end of a sentence whose subject is the program; NULL where nothing does. */
static char *difference(const struct probe_result *without, const struct probe_result *with)
{
    char *before = probe_ending(without), *now = probe_ending(with), *what = NULL;
    if (with->kind != PROBE_RAN || with->status != without->status) {
        char *said = text_clean(with->errors, strcspn(with->errors, "\n"));
        what = text_format("ends with %s instead of %s%s%s", now, before, *said != '\0' ? ": " : "", said);
        free(said);
    } else if (with->errors_length > 0 && (with->errors_length != without->errors_length ||
                                           memcmp(with->errors, without->errors, with->errors_length) != 0)) {
        char *said = text_clean(with->errors, strcspn(with->errors, "\n"));
        what = text_format("says something else on standard error: %s", said);
        free(said);
    } else if (with->output_length != without->output_length ||
               memcmp(with->output, without->output, with->output_length) != 0) {
        what = text_format("writes something else to standard output");
    }
    free(before);
    free(now);
    return what;
}

static void skip(struct self_test *test, const char *name)
{
    if (test->skipped != NULL && strstr(test->skipped, name) != NULL)
        return;
    char *all = test->skipped == NULL ? text_format("%s", name) : text_format("%s, %s", test->skipped, name);
    free(test->skipped);
    test->skipped = all;
}

static void compare(struct self_test *test, const struct trial *trial, uid_t user, const struct probe_result *without,
                    const struct probe_result *with)
{
    if (without->kind == PROBE_NO_NAMESPACE || with->kind == PROBE_NO_NAMESPACE) {
        test->in_place = true;
        return;
    }
    char *what = difference(without, with);
    if (what != NULL)
        test->problem = text_format("as %s, %s %s", user == 0 ? "root" : "nobody", trial->name, what);
    test->tried++;
    free(what);
}

/* One program by one user: without and with. False with the problem. */
static bool try_as(struct self_test *test, const struct trial *trial, const struct probe_setting *setting)
{
    const struct probe_setting plain = {.user = setting->user, .file = test->without};
    struct probe_result without = probe_run(trial->argv, &plain);
    if (without.kind == PROBE_ABSENT || without.kind == PROBE_ENDLESS) {
        skip(test, trial->name);
    } else {
        struct probe_result with = probe_run(trial->argv, setting);
        compare(test, trial, setting->user, &without, &with);
        probe_free(&with);
    }
    probe_free(&without);
    return test->problem == NULL;
}

static bool try_trial(struct self_test *test, const struct trial *trial, struct probe_setting setting)
{
    static const uid_t users[] = {0, NOBODY};
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        setting.user = users[i];
        if (!try_as(test, trial, &setting))
            return false;
    }
    return true;
}

static bool try_programs(struct self_test *test, const struct probe_setting *setting)
{
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct trial trial = trials[i];
        if (trial.alternative != NULL && access(trial.argv[0], X_OK) != 0)
            trial.argv[0] = trial.alternative;
        if (!try_trial(test, &trial, *setting))
            return false;
    }
    return true;
}

/* A loader that is run by hand preloads as always, and every libc is a program that says its version. */
static bool try_loaders(struct self_test *test, const struct probe_setting *setting, bool natives_alone)
{
    for (size_t i = 0; i < test->loaders->count; i++) {
        const struct loader *loader = &test->loaders->items[i];
        if (loader->musl)
            skip(test, "musl, whose programs do not read /etc/ld.so.preload");
        if (loader->libc == NULL || (natives_alone && !loader->native))
            continue;
        char *name = text_format("a program of %s", loader->path);
        struct trial trial = {{loader->path, loader->libc}, name, NULL};
        bool good = try_trial(test, &trial, *setting);
        free(name);
        if (!good)
            return false;
    }
    return true;
}

bool self_test_library(struct self_test *test, const char *library)
{
    struct probe_setting setting = {.preload = library, .file = test->without};
    return try_programs(test, &setting) && try_loaders(test, &setting, true);
}

bool self_test_file(struct self_test *test, const char *file)
{
    struct probe_setting setting = {.file = file, .links = test->links};
    return try_programs(test, &setting) && try_loaders(test, &setting, false);
}

static bool runs_in_place(struct self_test *test, const struct trial *trial, uid_t user)
{
    struct probe_result with = probe_run(trial->argv, &(struct probe_setting){.user = user});
    bool good =
        with.kind == PROBE_ABSENT || (with.kind == PROBE_RAN && WIFEXITED(with.status) && with.errors_length == 0);
    char *ending = probe_ending(&with), *said = text_clean(with.errors, strcspn(with.errors, "\n"));
    if (!good)
        test->problem = text_format("as %s, %s ends with %s and says: %s", user == 0 ? "root" : "nobody", trial->name,
                                    ending, said);
    free(ending);
    free(said);
    probe_free(&with);
    return good;
}

bool self_test_in_place(struct self_test *test)
{
    for (size_t i = 0; i < IN_PLACE_TRIALS; i++)
        if (!runs_in_place(test, &trials[i], 0) || !runs_in_place(test, &trials[i], NOBODY))
            return false;
    return true;
}

void self_test_free(struct self_test *test)
{
    free(test->problem);
    free(test->skipped);
}
