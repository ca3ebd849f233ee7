#include "process/file_identity.h"

#include "process/kernel.h"

#include <stdatomic.h>

static enum file_kind kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return FILE_REGULAR;
    return S_ISDIR(mode) ? FILE_DIRECTORY : FILE_OTHER;
}

static struct file_identity identity_of(const kernel_status *status)
{
    return (struct file_identity){
        .kind = kind_of(status->st_mode),
        .device = status->st_dev,
        .inode = status->st_ino,
        .size = (uint64_t)status->st_size,
        .modified_seconds = status->st_mtim.tv_sec,
        .modified_nanoseconds = status->st_mtim.tv_nsec,
        .changed_seconds = status->st_ctim.tv_sec,
        .changed_nanoseconds = status->st_ctim.tv_nsec,
    };
}

struct file_identity file_identify(const char *path)
{
    kernel_status status;
    if (kernel_stat(path, &status) != 0)
        return (struct file_identity){.kind = FILE_ABSENT};
    return identity_of(&status);
}

struct file_identity file_identify_open(int fd)
{
    kernel_status status;
    if (kernel_fstat(fd, &status) != 0)
        return (struct file_identity){.kind = FILE_ABSENT};
    return identity_of(&status);
}

bool file_identity_equal(const struct file_identity *left, const struct file_identity *right)
{
    return left->kind == right->kind && left->device == right->device && left->inode == right->inode &&
           left->size == right->size && left->modified_seconds == right->modified_seconds &&
           left->modified_nanoseconds == right->modified_nanoseconds &&
           left->changed_seconds == right->changed_seconds && left->changed_nanoseconds == right->changed_nanoseconds;
}

bool file_root_is_same(void)
{
    static _Atomic uint64_t first_device, first_inode; /* inode 0: not known yet; no directory has it */
    struct file_identity root = file_identify("/");
    if (atomic_load_explicit(&first_inode, memory_order_acquire) == 0) {
        atomic_store_explicit(&first_device, root.device, memory_order_relaxed);
        atomic_store_explicit(&first_inode, root.inode, memory_order_release);
    }
    return root.inode == atomic_load_explicit(&first_inode, memory_order_acquire) &&
           root.device == atomic_load_explicit(&first_device, memory_order_relaxed);
}
