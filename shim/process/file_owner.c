#include "process/file_owner.h"

#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

enum { DEFAULT_OVERFLOW_UID = 65534 };

/* The numbers that a file of /proc begins with: how many of `count` there are. */
static size_t read_numbers(const char *path, uint64_t *numbers, size_t count)
{
    char text[128];
    size_t found = 0;
    bool in_number = false;
    int fd = kernel_open(path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t length = fd >= 0 ? kernel_read(fd, text, sizeof text) : 0;
    if (fd >= 0)
        kernel_close(fd);
    for (ssize_t i = 0; i < length && found <= count; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (digit && !in_number && found++ < count)
            numbers[found - 1] = 0;
        if (digit && found <= count)
            numbers[found - 1] = numbers[found - 1] * 10 + (uint64_t)(text[i] - '0');
        in_number = digit;
    }
    return found < count ? found : count;
}

static uid_t overflow_uid(void)
{
    uint64_t number = DEFAULT_OVERFLOW_UID;
    read_numbers("/proc/sys/kernel/overflowuid", &number, 1);
    return (uid_t)number;
}

/* Where every id means itself, the overflow id is a user like any other. */
static bool is_whole(const char *map)
{
    uint64_t range[3] = {0};
    return read_numbers(map, range, 3) == 3 && range[0] == 0 && range[1] == 0 && range[2] == UINT32_MAX;
}

bool file_owner_ids_are_the_hosts(void)
{
    return is_whole("/proc/self/uid_map");
}

bool file_owner_groups_are_the_hosts(void)
{
    return is_whole("/proc/self/gid_map");
}

const char *file_owner_objection_of(const kernel_status *status, uid_t user, bool privileged)
{
    if (status->st_mode & (S_IWGRP | S_IWOTH))
        return "others than its owner can write it";
    if (status->st_uid == 0 || (!privileged && status->st_uid == user))
        return NULL;
    if (status->st_uid == overflow_uid() && !file_owner_ids_are_the_hosts())
        return NULL;
    return privileged ? "root does not own it, and this process is privileged"
                      : "neither root nor the user of this process owns it";
}

const char *file_owner_objection(const kernel_status *status, bool privileged)
{
    return file_owner_objection_of(status, kernel_getuid(), privileged);
}

bool file_mount_ignores_owners(const char *path)
{
#ifdef SYS_statfs64
    struct statfs64 mount = {0};
    long failed = kernel_call(SYS_statfs64, kernel_address(path), sizeof mount, kernel_address(&mount), 0, 0, 0);
#else
    struct statfs mount = {0};
    long failed = kernel_call(SYS_statfs, kernel_address(path), kernel_address(&mount), 0, 0, 0, 0);
#endif
    return failed == 0 && (mount.f_flags & ST_NOSUID) != 0;
}

static bool is_roots(const kernel_status *file, const char *policy_directory)
{
    kernel_status policy;
    return file->st_uid == 0 &&
           (file_owner_ids_are_the_hosts() || (kernel_stat(policy_directory, &policy) == 0 && policy.st_uid == 0));
}

bool file_owner_is_root(const char *path, const char *policy_directory)
{
    kernel_status program;
    return kernel_stat(path, &program) == 0 && !file_mount_ignores_owners(path) && is_roots(&program, policy_directory);
}

static bool is_in_the_file_system_of(const char *directory, const kernel_status *file)
{
    kernel_status there;
    return kernel_stat(directory, &there) == 0 && there.st_dev == file->st_dev;
}

bool file_owner_is_root_in_usr(const char *path, const char *policy_directory)
{
    kernel_status program;
    return kernel_stat(path, &program) == 0 &&
           (!file_mount_ignores_owners(path) || is_in_the_file_system_of("/usr", &program)) &&
           is_roots(&program, policy_directory);
}
