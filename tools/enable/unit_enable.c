#include "enable/unit_enable.h"

#include "enable/directories.h"
#include "enable/instance.h"
#include "enable/manager.h"
#include "enable/self_test.h"
#include "enable/unit_files.h"
#include "preload/preload_text.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ours first, and then what the unit has already; a percent sign would be a specifier. */
static char *drop_in_text(const struct unit_files *unit, const char *entry)
{
    size_t length = unit->preload != NULL ? strlen(unit->preload) : 0, removed;
    char *others = preload_text_without(unit->preload != NULL ? unit->preload : "", &length, &removed);
    char *text =
        text_format("# Written by 'tlsward enable --unit %s'; 'tlsward disable --unit %s' removes it.\n"
                    "[Service]\nEnvironment=\"LD_PRELOAD=%s%s%.*s\"\n",
                    unit->name, unit->name, entry, length > 0 ? ":" : "", (int)length, others != NULL ? others : "");
    free(others);
    return text;
}

static char *make_directory(const char *drop_in)
{
    char *directory = text_format("%.*s", (int)(strrchr(drop_in, '/') - drop_in), drop_in);
    int error = directories_make(directory);
    char *problem = error == 0 ? NULL : text_format("%s: %s", directory, strerror(error));
    free(directory);
    return problem;
}

static char *write_drop_in(const char *path, const char *text)
{
    char *problem = make_directory(path), *staged = text_format("%s.new", path);
    if (problem == NULL) {
        unlink(staged);
        int fd = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, 0644) == 0 &&
                       fsync(fd) == 0 && rename(staged, path) == 0;
        if (!written)
            problem = text_format("%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        if (!written)
            unlink(staged);
    }
    free(staged);
    return problem;
}

/* What would make the drop-in a promise that does not hold. */
static char *unit_obstacle(const struct unit_files *unit, bool runtime)
{
    if (runtime && !manager_runs())
        return text_format("--runtime: systemd does not run here");
    if (unit->file == NULL)
        return text_format("there is no unit %s", unit->name);
    if (unit->later != NULL)
        return text_format("%s sets LD_PRELOAD behind " UNIT_DROP_IN ", which would not count", unit->later);
    if (unit->environment != NULL)
        return text_format("%s, an EnvironmentFile= of %s, sets LD_PRELOAD, which counts before every drop-in",
                           unit->environment, unit->name);
    return instance_obstacle();
}

static char *try_library(const struct loaders *loaders)
{
    struct self_test test = {.loaders = loaders};
    char *problem = self_test_library(&test, INSTANCE_LIBRARY) ? NULL : text_format("%s", test.problem);
    self_test_free(&test);
    return problem;
}

/* What follows once the files are as they are to be. */
static bool tell_manager(const struct enable_options *options, const struct unit_files *unit)
{
    bool runs = options->root == NULL && manager_runs();
    bool done = !runs || manager_do("daemon-reload", NULL);
    if (runs && options->now)
        return manager_do("try-restart", unit->name) && done;
    printf("it counts from its next start on: systemctl restart %s\n", unit->name);
    return done;
}

static bool is_written(const char *path, const char *text)
{
    char found[4096];
    FILE *file = fopen(path, "re");
    size_t length = file != NULL ? fread(found, 1, sizeof found, file) : 0;
    if (file != NULL)
        fclose(file);
    return length == strlen(text) && memcmp(found, text, length) == 0;
}

static int put_drop_in(const struct enable_options *options, const struct unit_files *unit,
                       const struct loaders *loaders)
{
    char *entry = instance_entry(loaders), *text = drop_in_text(unit, entry);
    char *path = unit_files_drop_in(unit, options->runtime), *problem = NULL;
    bool done = true;
    if (is_written(path, text)) {
        if (!options->package)
            printf("%s is enabled already, by %s\n", unit->name, path);
    } else if ((problem = try_library(loaders)) == NULL && (problem = write_drop_in(path, text)) == NULL) {
        printf("enabled %s by %s\n", unit->name, path);
        done = tell_manager(options, unit);
    }
    if (problem != NULL)
        fprintf(stderr, "%s: not enabled: %s\n", options->program, problem);
    done = done && problem == NULL;
    free(problem);
    free(entry);
    free(text);
    free(path);
    return done ? STATUS_OK : STATUS_NEGATIVE;
}

int unit_enable(const struct enable_options *options)
{
    struct unit_files unit;
    struct loaders loaders = loaders_find();
    int status = STATUS_USAGE;
    if (!unit_files_find(&unit, options->unit)) {
        fprintf(stderr, "%s: --unit %s: is no name of a service\n", options->program, options->unit);
    } else {
        char *problem = unit_obstacle(&unit, options->runtime);
        if (problem != NULL)
            fprintf(stderr, "%s: not enabled: %s\n", options->program, problem);
        status = problem == NULL ? put_drop_in(options, &unit, &loaders) : STATUS_NEGATIVE;
        free(problem);
    }
    unit_files_free(&unit);
    loaders_free(&loaders);
    return status;
}

static bool remove_drop_in(const struct enable_options *options, const struct unit_files *unit, bool runtime, bool *any)
{
    char *path = unit_files_drop_in(unit, runtime);
    bool removed = unlink(path) == 0, failed = !removed && errno != ENOENT && errno != ENOTDIR;
    if (removed)
        printf("removed %s\n", path);
    if (failed)
        fprintf(stderr, "%s: %s: %s\n", options->program, path, strerror(errno));
    *any = *any || removed;
    *strrchr(path, '/') = '\0';
    rmdir(path); /* only where nothing else is in it */
    free(path);
    return !failed;
}

int unit_disable(const struct enable_options *options)
{
    struct unit_files unit;
    bool any = false, done = unit_files_find(&unit, options->unit);
    if (!done)
        fprintf(stderr, "%s: --unit %s: is no name of a service\n", options->program, options->unit);
    int status = done ? STATUS_NEGATIVE : STATUS_USAGE;
    for (int runtime = 0; status != STATUS_USAGE && runtime < 2; runtime++)
        done = remove_drop_in(options, &unit, runtime, &any) && done;
    if (done && any)
        done = tell_manager(options, &unit);
    else if (done && !options->package)
        printf("%s is not enabled by a drop-in\n", unit.name);
    unit_files_free(&unit);
    return done ? STATUS_OK : status;
}
