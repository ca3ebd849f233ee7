#include "process/standard_error.h"

#include "process/kernel.h"

#include <stdatomic.h>
#include <stdint.h>

/* Together they tell a file, and of pipes and sockets the kernel gives out numbers that it does not soon use again. */
static _Atomic uint64_t device, inode;
static _Atomic mode_t kind; /* as in st_mode; 0: it was closed */

void standard_error_keep(void)
{
    kernel_status status;
    if (kernel_fstat(STDERR_FILENO, &status) != 0) {
        atomic_store_explicit(&kind, 0, memory_order_relaxed);
        return;
    }
    atomic_store_explicit(&device, status.st_dev, memory_order_relaxed);
    atomic_store_explicit(&inode, status.st_ino, memory_order_relaxed);
    atomic_store_explicit(&kind, status.st_mode & S_IFMT, memory_order_relaxed);
}

bool standard_error_is_same(void)
{
    kernel_status status;
    mode_t before = atomic_load_explicit(&kind, memory_order_relaxed);
    return before != 0 && kernel_fstat(STDERR_FILENO, &status) == 0 && (status.st_mode & S_IFMT) == before &&
           status.st_dev == atomic_load_explicit(&device, memory_order_relaxed) &&
           status.st_ino == atomic_load_explicit(&inode, memory_order_relaxed);
}
