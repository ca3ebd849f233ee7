#include "policy/config_file.h"

#include "policy/config_error.h"
#include "process/directory.h"
#include "process/error_text.h"
#include "process/file_owner.h"
#include "process/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *config_file_path(struct arena *arena, const char *directory, const char *name, const char *ending)
{
    size_t size = strlen(directory) + strlen(name) + strlen(ending) + 2;
    char *path = arena_alloc(arena, size);
    if (path)
        snprintf(path, size, "%s/%s%s", directory, name, ending);
    return path;
}

/* What the file is said to hold, and a byte more, so that its end is seen; of some that say nothing, a page. */
static size_t expected_size(int fd)
{
    kernel_status status = {0};
    enum { PAGE = 4096 };
    return kernel_fstat(fd, &status) == 0 && status.st_size >= PAGE ? (size_t)status.st_size + 1 : PAGE;
}

enum config_file_status config_file_read_all(int fd, size_t limit, struct arena *arena, struct config_text *text)
{
    size_t capacity = expected_size(fd);
    size_t used = 0;
    if (capacity > limit + 1)
        return CONFIG_FILE_REFUSED;
    char *buffer = arena_alloc(arena, capacity + 1);
    for (ssize_t got = 1; buffer && got != 0;) {
        if (used == capacity) {
            char *grown = arena_alloc(arena, 2 * capacity + 1);
            if (grown)
                memcpy(grown, buffer, used);
            buffer = grown;
            capacity *= 2;
            continue;
        }
        got = kernel_read(fd, buffer + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return CONFIG_FILE_UNREADABLE;
        used += (size_t)got;
        if (used > limit)
            return CONFIG_FILE_REFUSED;
    }
    if (!buffer)
        return CONFIG_FILE_NO_MEMORY;
    buffer[used] = '\0';
    text->data = text->buffer = buffer;
    text->length = used;
    return CONFIG_FILE_READ;
}

bool config_file_is_broken_link(const char *path)
{
    kernel_status status;
    return kernel_lstat(path, &status) == 0 && S_ISLNK(status.st_mode) && kernel_stat(path, &status) != 0 &&
           (errno == ENOENT || errno == ELOOP || errno == ENOTDIR);
}

static enum config_file_status tell(struct config_errors *errors, const char *path, enum config_file_status status,
                                    const char *why)
{
    bool unreadable = status == CONFIG_FILE_UNREADABLE;
    config_error_add(errors, unreadable ? "policy-unreadable" : "policy-refused", path, 0, NULL,
                     "the policy cannot be %s: %s%s", unreadable ? "read" : "used", why,
                     unreadable ? " (it changes nothing: what was in force stays, else mode = audit)" : "");
    return status;
}

/* What a path leads to is the same for everybody; whether it may be opened, and now, is not. */
static enum config_file_status tell_unopened(struct config_errors *errors, const char *path)
{
    int error = errno;
    kernel_status status;
    if (config_file_is_broken_link(path))
        return tell(errors, path, CONFIG_FILE_REFUSED, "a link that leads nowhere");
    /* Without a free descriptor the kernel does not even look whether the file is there. */
    if (error == ENOENT || (kernel_stat(path, &status) != 0 && errno == ENOENT))
        return CONFIG_FILE_ABSENT;
    bool for_everybody = error == ELOOP || error == ENOTDIR || error == ENAMETOOLONG || error == ENXIO;
    return tell(errors, path, for_everybody ? CONFIG_FILE_REFUSED : CONFIG_FILE_UNREADABLE, error_text(error));
}

static enum config_file_status read_opened(int fd, const char *path, bool privileged, struct arena *arena,
                                           struct config_text *text, struct config_errors *errors)
{
    kernel_status file;
    text->identity = file_identify_open(fd);
    if (kernel_fstat(fd, &file) != 0)
        return tell(errors, path, CONFIG_FILE_UNREADABLE, error_text(errno));
    if (!S_ISREG(file.st_mode))
        return tell(errors, path, CONFIG_FILE_REFUSED, "not a regular file");
    enum config_file_status status = config_file_read_all(fd, CONFIG_FILE_LIMIT, arena, text);
    if (status == CONFIG_FILE_UNREADABLE)
        return tell(errors, path, status, error_text(errno));
    if (status == CONFIG_FILE_REFUSED)
        return tell(errors, path, status, "it is larger than 16 MiB");
    /* As an editor, or `>`, leaves a file until it is written. */
    if (status == CONFIG_FILE_READ && text->length == 0)
        return tell(errors, path, CONFIG_FILE_UNREADABLE, "it is empty");
    text->file = arena_copy(arena, path, strlen(path));
    if (status == CONFIG_FILE_NO_MEMORY || !text->file)
        return CONFIG_FILE_NO_MEMORY;
    const char *objection = file_owner_objection(&file, privileged);
    return objection ? tell(errors, path, CONFIG_FILE_DISTRUSTED, objection) : CONFIG_FILE_READ;
}

enum config_file_status config_file_read(const char *path, bool privileged, struct arena *arena,
                                         struct config_text *text, struct config_errors *errors)
{
    text->identity = file_identify(path);
    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return tell_unopened(errors, path);
    enum config_file_status status = read_opened(fd, path, privileged, arena, text, errors);
    kernel_close(fd);
    return status;
}

bool config_file_is_policy_name(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

/* Keeps them in order. */
static bool add_path(struct config_paths *paths, struct arena *arena, const char *directory, const char *name)
{
    const char **grown = arena_grow(arena, paths->items, paths->count, sizeof *grown);
    const char *path = config_file_path(arena, directory, name, "");
    if (!grown || !path)
        return false;
    size_t place = paths->count++;
    for (; place > 0 && strcmp(grown[place - 1], path) > 0; place--)
        grown[place] = grown[place - 1];
    grown[place] = path;
    paths->items = grown;
    return true;
}

enum config_file_status config_file_list(const char *directory, struct arena *arena, struct config_paths *paths,
                                         struct config_errors *errors)
{
    enum config_file_status status = CONFIG_FILE_READ;
    struct directory opened;
    *paths = (struct config_paths){.identity = file_identify(directory)};
    if (!directory_open(&opened, directory))
        return tell_unopened(errors, directory);
    paths->identity = file_identify_open(opened.fd);
    const char *name;
    while (status == CONFIG_FILE_READ && (name = directory_next(&opened)) != NULL)
        if (config_file_is_policy_name(name) && !add_path(paths, arena, directory, name))
            status = CONFIG_FILE_NO_MEMORY;
    if (opened.error != 0)
        status = tell(errors, directory, CONFIG_FILE_UNREADABLE, error_text(opened.error));
    directory_close(&opened);
    return status;
}
