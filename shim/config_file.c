#include "config_file.h"

#include "config_error.h"
#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Owns the files whose owner a user namespace does not map, user_namespaces(7): the default of Linux. */
#define OVERFLOW_UID 65534

char *config_file_path(const char *directory, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

bool config_file_read_all(int fd, size_t limit, char **data, size_t *length)
{
    size_t capacity = 4096;
    size_t used = 0;
    char *buffer = malloc(capacity + 1);
    for (ssize_t got = 1; buffer && got != 0;) {
        if (used == capacity) {
            capacity *= 2;
            char *grown = realloc(buffer, capacity + 1);
            if (!grown)
                goto out;
            buffer = grown;
        }
        got = kernel_read(fd, buffer + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || used + (size_t)got > limit)
            goto out;
        used += (size_t)got;
    }
    if (!buffer)
        return false;
    buffer[used] = '\0';
    *data = buffer;
    *length = used;
    return true;
out:
    free(buffer);
    return false;
}

bool config_file_is_broken_link(const char *path)
{
    char target;
    return readlink(path, &target, 1) >= 0 && access(path, F_OK) != 0;
}

/* NULL, or why the file does not count as a policy. */
static const char *objection(int fd, bool privileged)
{
    kernel_status status;
    if (kernel_fstat(fd, &status) != 0)
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "not a regular file";
    if (status.st_mode & (S_IWGRP | S_IWOTH))
        return "others than its owner can write it";
    if (status.st_uid == 0)
        return NULL;
    if (!privileged && status.st_uid == getuid())
        return NULL;
    if (status.st_uid == OVERFLOW_UID)
        return "nobody owns it; root's own files look like that in a user namespace without root in its uid_map";
    return privileged ? "root does not own it, and this process is privileged"
                      : "neither root nor the user of this process owns it";
}

static enum config_file_status refuse(struct config_errors *errors, const char *path, const char *why)
{
    config_error_add(errors, path, 0, NULL, "the policy cannot be used: %s", why);
    return CONFIG_FILE_REFUSED;
}

static enum config_file_status unreachable(struct config_errors *errors, const char *path, int error)
{
    refuse(errors, path, strerror(error));
    return CONFIG_FILE_UNREACHABLE;
}

static enum config_file_status refuse_unopened(struct config_errors *errors, const char *path)
{
    int error = errno;
    if (config_file_is_broken_link(path))
        return refuse(errors, path, "a link that leads nowhere");
    return error == ENOENT ? CONFIG_FILE_ABSENT : unreachable(errors, path, error);
}

enum config_file_status config_file_read(const char *path, bool privileged, struct config_text *text,
                                         struct config_errors *errors)
{
    enum config_file_status status = CONFIG_FILE_REFUSED;
    char *data = NULL;
    size_t length = 0;
    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return refuse_unopened(errors, path);
    const char *why = objection(fd, privileged);
    if (!why && !config_file_read_all(fd, CONFIG_FILE_LIMIT, &data, &length))
        why = "it cannot be read, or is larger than 1 MiB";
    if (why) {
        refuse(errors, path, why);
        goto out;
    }
    *text = (struct config_text){.file = strdup(path), .data = data, .length = length};
    status = text->file ? CONFIG_FILE_READ : CONFIG_FILE_NO_MEMORY;
    if (text->file)
        data = NULL;
out:
    free(data);
    kernel_close(fd);
    return status;
}

static bool is_policy_name(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_path(char ***paths, size_t *count, const char *directory, const char *name)
{
    char **grown = realloc(*paths, (*count + 1) * sizeof *grown);
    if (!grown)
        return false;
    *paths = grown;
    grown[*count] = config_file_path(directory, name);
    return grown[*count] && ++*count;
}

enum config_file_status config_file_list(const char *directory, char ***paths, size_t *count,
                                         struct config_errors *errors)
{
    enum config_file_status status = CONFIG_FILE_READ;
    *paths = NULL;
    *count = 0;
    DIR *entries = opendir(directory);
    if (!entries)
        return refuse_unopened(errors, directory);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (!entry)
            break;
        if (is_policy_name(entry->d_name) && !add_path(paths, count, directory, entry->d_name)) {
            status = CONFIG_FILE_NO_MEMORY;
            goto out;
        }
    }
    if (errno)
        status = unreachable(errors, directory, errno);
    if (*count > 0)
        qsort(*paths, *count, sizeof **paths, compare_paths);
out:
    closedir(entries);
    return status;
}
