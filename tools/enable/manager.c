#include "enable/manager.h"

#include "enable/probe.h"
#include "shared/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WANTS "/etc/systemd/system/sysinit.target.wants"
#define WANTED WANTS "/" GUARD_UNIT

bool manager_runs(void)
{
    struct stat status;
    return lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

bool manager_do(const char *verb, const char *unit)
{
    const char *const argv[] = {"/usr/bin/systemctl", verb, unit, NULL};
    struct probe_result done = probe_run(argv, &(struct probe_setting){.user = 0});
    bool good = done.kind == PROBE_RAN && WIFEXITED(done.status) && WEXITSTATUS(done.status) == 0;
    if (!good)
        fprintf(stderr, "systemctl %s %s: %s\n", verb, unit != NULL ? unit : "", done.errors);
    probe_free(&done);
    return good;
}

static const char *guard_file(void)
{
    static const char *const places[] = {"/etc/systemd/system/" GUARD_UNIT, "/usr/local/lib/systemd/system/" GUARD_UNIT,
                                         "/usr/lib/systemd/system/" GUARD_UNIT, "/lib/systemd/system/" GUARD_UNIT};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], R_OK) == 0)
            return places[i];
    return NULL;
}

bool manager_has_guard(void)
{
    return guard_file() != NULL;
}

bool manager_guard_is_enabled(void)
{
    struct stat status;
    return lstat(WANTED, &status) == 0;
}

char *manager_enable_guard(void)
{
    const char *file = guard_file();
    if (manager_guard_is_enabled())
        return NULL;
    if (mkdir(WANTS, 0755) == 0 && chmod(WANTS, 0755) != 0)
        return text_format(WANTS ": %s", strerror(errno));
    if (file == NULL || symlink(file, WANTED) != 0)
        return text_format(WANTED ": %s", file == NULL ? "there is no " GUARD_UNIT : strerror(errno));
    return NULL;
}

char *manager_disable_guard(void)
{
    if (unlink(WANTED) != 0 && errno != ENOENT)
        return text_format(WANTED ": %s", strerror(errno));
    rmdir(WANTS); /* only where nothing else is in it */
    return NULL;
}
