/*
 * Which file a path leads to and whether it is still the same. Asks the kernel directly: the stat(2) family of
 * glibc 2.33 and later would keep the library from loading with an older one.
 */
#ifndef TLSWARD_FILE_IDENTITY_H
#define TLSWARD_FILE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum file_kind { FILE_ABSENT, FILE_REGULAR, FILE_DIRECTORY, FILE_OTHER };

/* The change time is in it because a changed mode or owner decides whether a file can be read. */
struct file_identity {
    enum file_kind kind; /* FILE_ABSENT: all else is 0 */
    uint64_t device, inode, size;
    int64_t modified_seconds, modified_nanoseconds;
    int64_t changed_seconds, changed_nanoseconds;
};

/* Follows symbolic links. FILE_ABSENT with errno set where the file is missing or out of reach. */
struct file_identity file_identify(const char *path);
struct file_identity file_identify_open(int fd);

bool file_identity_equal(const struct file_identity *left, const struct file_identity *right);

/*
 * True while "/" is the directory that it was at the first call in this process. After a chroot, paths name
 * files that somebody else may have chosen.
 */
bool file_root_is_same(void);

#endif
