#include "process/identity.h"

#include "process/file_identity.h"
#include "process/file_owner.h"
#include "process/kernel.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

/* What a link of /proc leads to, allocated; NULL where it cannot be told. `replaced`: another file has its path now. */
static const char *read_link(const char *link, struct arena *arena, bool *replaced)
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

/* realpath(3) by the kernel: nothing of it may be another preloaded library's. */
static const char *resolve(const char *path, struct arena *arena)
{
    char link[sizeof "/proc/self/fd/-2147483648"];
    bool replaced;
    int fd = kernel_open(path, O_PATH | O_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const char *resolved = read_link(link, arena, &replaced);
    kernel_close(fd);
    return resolved;
}

/*
 * A path in a file system that was unmounted while it was in use, as a user may with fusermount(1), is whatever he had
 * there. Of what an upgrade has replaced no more can be told than that it was in the same file system.
 */
static bool leads_to_executable(const char *path, bool replaced)
{
    const struct file_identity there = file_identify(path), here = file_identify("/proc/self/exe");
    return here.kind != FILE_ABSENT && there.kind != FILE_ABSENT && there.device == here.device &&
           (replaced || there.inode == here.inode);
}

static bool is_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The kernel tells the address of the loader that it started beside the program; there is none beside a loader. */
static bool loader_was_started_by_hand(void)
{
    return getauxval(AT_BASE) == 0;
}

/* As execve(2) was told; NULL where there is none. */
static const char *path_of_program(void)
{
    return (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr): so the kernel hands it over */
}

void identity_find_names(struct identity_names *names, struct arena *arena)
{
    const char *given = path_of_program();
    size_t count = 0;
    bool replaced = false;
    *names = (struct identity_names){.executable = read_link("/proc/self/exe", arena, &replaced),
                                     .users_are_known = file_owner_ids_are_the_hosts()};
    const char *resolved = given != NULL ? resolve(given, arena) : NULL;
    if (loader_was_started_by_hand() && (resolved == NULL || is_same(resolved, names->executable)))
        names->executable = NULL; /* this libc does not say what its loader was given */
    if (given != NULL && *given == '/')
        names->others[count++] = given;
    if (names->executable != NULL && !leads_to_executable(names->executable, replaced)) {
        names->others[count++] = names->executable;
        names->executable = NULL;
    }
    if (!is_same(resolved, given))
        names->others[count] = resolved;
}

uid_t identity_user(uid_t uid, bool users_are_known)
{
    return users_are_known ? uid : (uid_t)-1;
}

struct process_identity identity_now(const struct identity_names *names)
{
    uid_t real = (uid_t)-1, effective = (uid_t)-1;
    kernel_users(&real, &effective);
    return (struct process_identity){
        .executable = names->executable,
        .uid = identity_user(real, names->users_are_known),
        .effective_uid = identity_user(effective, names->users_are_known),
        .kernel_uid = real,
        .other_names = names->others,
    };
}
