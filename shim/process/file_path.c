#include "process/file_path.h"

#include "process/kernel.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

const char *file_path_of_link(const char *link, struct arena *arena, bool *replaced)
{
    char path[PATH_MAX];
    ssize_t length = kernel_readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    /* What the kernel says of a file that an upgrade has replaced; see proc_pid_exe(5). */
    static const char deleted[] = " (deleted)";
    size_t end = (size_t)length;
    *replaced = end > sizeof deleted - 1 && strcmp(path + end - (sizeof deleted - 1), deleted) == 0;
    if (*replaced)
        path[end - (sizeof deleted - 1)] = '\0';
    return arena_copy(arena, path, strlen(path));
}

const char *file_path_resolve(const char *path, struct arena *arena)
{
    char link[sizeof "/proc/self/fd/-2147483648"];
    bool replaced;
    int fd = kernel_open(path, O_PATH | O_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const char *resolved = file_path_of_link(link, arena, &replaced);
    kernel_close(fd);
    return resolved;
}
