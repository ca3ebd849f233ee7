#include "enable/enabling.h"

#include "enable/backup.h"
#include "enable/boot_links_make.h"
#include "enable/instance.h"
#include "enable/manager.h"
#include "preload/boot_link.h"
#include "preload/preload_text.h"
#include "process/start.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct enabling enabling_begin(const struct enable_options *options)
{
    struct enabling enabling = {.options = options, .loaders = loaders_find()};
    enabling.guarded = !options->no_guard && (options->boot || manager_has_guard());
    enabling.at_next_boot = enabling.guarded && options->root != NULL;
    enabling.entry = enabling.guarded ? text_format("%s", BOOT_LINK_ENTRY) : instance_entry(&enabling.loaders);
    return enabling;
}

static char *error_text(const char *place, int error)
{
    return error != 0 ? text_format("%s: %s", place, strerror(error)) : NULL;
}

static char *read_file(struct enabling *enabling)
{
    int error = preload_file_read(&enabling->file);
    if (error != 0)
        return error_text(PRELOAD_FILE, error);
    if (enabling->file.is_link)
        return text_format(PRELOAD_FILE " is a symbolic link: what keeps it has to name %s", enabling->entry);
    char *other = instance_other(enabling->file.text, enabling->file.length, &enabling->loaders);
    if (other == NULL)
        return NULL;
    char *why = text_format(PRELOAD_FILE " names another libtlsward.so, %s: 'tlsward disable' takes it out", other);
    free(other);
    return why;
}

/* What speaks against it before anything is tried. */
static char *refusal(struct enabling *enabling)
{
    char *why = instance_obstacle();
    if (why == NULL)
        why = read_file(enabling);
    if (why == NULL && preload_file_place() != 0)
        why = text_format("/etc: others than root can write it");
    if (why == NULL && enabling->options->runtime && !enabling->guarded)
        why = text_format("--runtime is for the boot guard, and there is no " GUARD_UNIT);
    if (why != NULL || enabling->options->boot)
        return why;
    enabling->policy = host_policy_look(enabling->options->mode);
    why = enabling->policy.problem;
    enabling->policy.problem = NULL;
    return why;
}

static bool is_linked(const struct enabling *enabling)
{
    const struct loader *native = loaders_native(&enabling->loaders);
    char *link = text_format(BOOT_LINKS "/%s/libtlsward.so", native != NULL && native->lib != NULL ? native->lib : "");
    bool there = access(link, R_OK) == 0;
    free(link);
    return there;
}

static bool is_enabled(const struct enabling *enabling)
{
    const struct enable_options *options = enabling->options;
    bool guard = !enabling->guarded || options->runtime || options->boot || manager_guard_is_enabled();
    if (enabling->at_next_boot)
        return guard;
    return guard && instance_is_named(enabling->file.text, enabling->file.length, enabling->entry) &&
           (!enabling->guarded || is_linked(enabling));
}

static char *stage(struct enabling *enabling)
{
    size_t length = enabling->file.length, removed;
    char *rest = preload_text_without(enabling->file.text, &length, &removed), *text = NULL;
    int error = rest != NULL ? 0 : ENOMEM;
    if (error == 0 && removed > 0) {
        error = preload_file_stage(PRELOAD_WITHOUT, rest, length);
        enabling->test.without = PRELOAD_WITHOUT;
    }
    if (error == 0 && (text = preload_text_with(rest, &length, enabling->entry)) == NULL)
        error = ENOMEM;
    if (error == 0)
        error = preload_file_stage(PRELOAD_STAGED, text, length);
    free(rest);
    free(text);
    return error_text(PRELOAD_FILE, error);
}

/* What is tried is laid over the file, so that there has to be one: an empty one says as much as none. */
static char *hold_the_place(struct enabling *enabling)
{
    if (enabling->file.exists)
        return NULL;
    int fd = open(PRELOAD_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return error_text(PRELOAD_FILE, errno);
    enabling->placeholder = true;
    close(fd);
    preload_file_free(&enabling->file);
    return error_text(PRELOAD_FILE, preload_file_read(&enabling->file));
}

static char *test_failure(struct enabling *enabling)
{
    char *why = enabling->test.problem;
    enabling->test.problem = NULL;
    return why;
}

/* Nobody outside has it yet. */
static char *try_it(struct enabling *enabling)
{
    char *problem = stage(enabling);
    if (problem == NULL && !self_test_library(&enabling->test, INSTANCE_LIBRARY))
        return test_failure(enabling);
    if (problem == NULL && enabling->guarded)
        problem = boot_links_stage(&enabling->loaders);
    if (problem == NULL)
        problem = hold_the_place(enabling);
    if (problem == NULL && !self_test_file(&enabling->test, PRELOAD_STAGED))
        problem = test_failure(enabling);
    return problem;
}

static char *prepare(struct enabling *enabling)
{
    const struct enable_options *options = enabling->options;
    char *problem = NULL;
    if (!options->boot && !enabling->policy.exists && options->mode != WANTED_ANY) {
        enabling->made_directory = access(SYSTEM_DIRECTORY, F_OK) != 0;
        problem = host_policy_write(options->mode);
        enabling->wrote_policy = problem == NULL;
    }
    if (problem == NULL && enabling->guarded && !options->runtime && !options->boot && !manager_guard_is_enabled()) {
        problem = manager_enable_guard();
        enabling->enabled_guard = problem == NULL;
    }
    return problem;
}

/* From here on new programs have it. */
static char *put_in_place(struct enabling *enabling)
{
    char *problem = NULL;
    if (enabling->guarded) {
        problem = boot_links_commit();
        enabling->linked = problem == NULL;
    }
    if (problem == NULL && !enabling->placeholder)
        problem = backup_write(enabling->file.text, enabling->file.length);
    if (problem == NULL) {
        problem = error_text(PRELOAD_FILE, preload_file_commit(&enabling->file, false));
        enabling->named = problem == NULL;
    }
    if (problem == NULL && !self_test_in_place(&enabling->test))
        problem = test_failure(enabling);
    return problem;
}

/* In reverse; the first step is the one that counts for every other program. */
static void undo(struct enabling *enabling)
{
    struct preload_file now;
    if (enabling->named && preload_file_read(&now) == 0) {
        if (enabling->placeholder ||
            preload_file_stage(PRELOAD_STAGED, enabling->file.text, enabling->file.length) == 0)
            preload_file_commit(&now, enabling->placeholder);
        preload_file_free(&now);
    } else if (enabling->placeholder) {
        unlink(PRELOAD_FILE);
    }
    boot_links_remove(BOOT_LINKS_STAGED);
    if (enabling->linked)
        boot_links_remove(BOOT_LINKS);
    if (enabling->enabled_guard)
        free(manager_disable_guard());
    if (enabling->wrote_policy && unlink(HOST_POLICY_FILE) == 0 && enabling->made_directory)
        rmdir(SYSTEM_DIRECTORY);
}

/* In an image nothing runs: the boot guard does the rest where the image is booted. */
static void leave_to_the_guard(struct enabling *enabling)
{
    boot_links_remove(BOOT_LINKS_STAGED);
    boot_links_remove(BOOT_LINKS);
    if (enabling->placeholder)
        unlink(PRELOAD_FILE);
}

char *enabling_do(struct enabling *enabling)
{
    char *problem = refusal(enabling);
    enabling->test =
        (struct self_test){.loaders = &enabling->loaders, .links = enabling->guarded ? BOOT_LINKS_STAGED : NULL};
    if (problem != NULL || (enabling->was_enabled = is_enabled(enabling)))
        return problem;
    problem = try_it(enabling);
    if (problem == NULL)
        problem = prepare(enabling);
    if (problem == NULL && !enabling->at_next_boot)
        problem = put_in_place(enabling);
    else if (problem == NULL)
        leave_to_the_guard(enabling);
    if (problem != NULL)
        undo(enabling);
    preload_file_drop();
    return problem;
}

void enabling_end(struct enabling *enabling)
{
    loaders_free(&enabling->loaders);
    self_test_free(&enabling->test);
    preload_file_free(&enabling->file);
    free(enabling->policy.problem);
    free(enabling->entry);
}
