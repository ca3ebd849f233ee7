/*
 * System calls as the kernel has them. Through libc each of these would be a cancellation point, where the
 * host's pthread_cancel(3) could end the thread with our descriptor open, and any other preloaded library
 * (or our own hook of connect) would see and change what we do. They fail as in libc: -1 with errno.
 */
#ifndef TLSWARD_KERNEL_H
#define TLSWARD_KERNEL_H

#include "process/kernel_call.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* What fstat(2) fills, as the kernel has it: glibc's structure, on 32-bit systems that for large files. */
#ifdef SYS_fstat64
typedef struct stat64 kernel_status;
enum { KERNEL_FSTAT = SYS_fstat64, KERNEL_FSTATAT = SYS_fstatat64 };
#else
typedef struct stat kernel_status;
enum { KERNEL_FSTAT = SYS_fstat, KERNEL_FSTATAT = SYS_newfstatat };
#endif

/* Ids of 16 bits and offsets in bytes are what 32-bit systems had first. */
#ifdef SYS_getuid32
enum {
    KERNEL_GETUID = SYS_getuid32,
    KERNEL_GETEUID = SYS_geteuid32,
    KERNEL_GETGID = SYS_getgid32,
    KERNEL_GETRESUID = SYS_getresuid32,
    KERNEL_GETRESGID = SYS_getresgid32,
    KERNEL_GETGROUPS = SYS_getgroups32
};
#else
enum {
    KERNEL_GETUID = SYS_getuid,
    KERNEL_GETEUID = SYS_geteuid,
    KERNEL_GETGID = SYS_getgid,
    KERNEL_GETRESUID = SYS_getresuid,
    KERNEL_GETRESGID = SYS_getresgid,
    KERNEL_GETGROUPS = SYS_getgroups
};
#endif
#ifdef SYS_mmap2
enum { KERNEL_MMAP = SYS_mmap2 };
#else
enum { KERNEL_MMAP = SYS_mmap };
#endif

/* Bytes of the kernel's signal set, which is how libc's sigset_t begins. */
#define KERNEL_SIGSET_SIZE 8

static inline int kernel_open(const char *path, int flags, mode_t mode)
{
    return (int)kernel_call(SYS_openat, AT_FDCWD, kernel_address(path), flags, (long)mode, 0, 0);
}

static inline int kernel_close(int fd)
{
    return (int)kernel_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static inline int kernel_fcntl(int fd, int command, int value)
{
    return (int)kernel_call(SYS_fcntl, fd, command, value, 0, 0, 0);
}

static inline int kernel_fstat(int fd, kernel_status *status)
{
    return (int)kernel_call(KERNEL_FSTAT, fd, kernel_address(status), 0, 0, 0, 0);
}

static inline int kernel_stat(const char *path, kernel_status *status)
{
    return (int)kernel_call(KERNEL_FSTATAT, AT_FDCWD, kernel_address(path), kernel_address(status), 0, 0, 0);
}

/* Of a link itself. */
static inline int kernel_lstat(const char *path, kernel_status *status)
{
    return (int)kernel_call(KERNEL_FSTATAT, AT_FDCWD, kernel_address(path), kernel_address(status), AT_SYMLINK_NOFOLLOW,
                            0, 0);
}

/* Does not terminate the target. */
static inline ssize_t kernel_readlink(const char *path, char *target, size_t size)
{
    return kernel_call(SYS_readlinkat, AT_FDCWD, kernel_address(path), kernel_address(target), (long)size, 0, 0);
}

static inline ssize_t kernel_read(int fd, void *data, size_t length)
{
    return kernel_call(SYS_read, fd, kernel_address(data), (long)length, 0, 0, 0);
}

static inline ssize_t kernel_write(int fd, const void *data, size_t length)
{
    return kernel_call(SYS_write, fd, kernel_address(data), (long)length, 0, 0, 0);
}

/* Fills `data` with entries as getdents64(2) describes them; 0 at the end of the directory. */
static inline ssize_t kernel_read_directory(int fd, void *data, size_t length)
{
    return kernel_call(SYS_getdents64, fd, kernel_address(data), (long)length, 0, 0, 0);
}

/* Does not wait. */
static inline int kernel_poll_now(struct pollfd *polled)
{
    struct timespec now = {0};
    return (int)kernel_call(SYS_ppoll, kernel_address(polled), 1, kernel_address(&now), 0, KERNEL_SIGSET_SIZE, 0);
}

static inline int kernel_socket(int domain, int type)
{
    return (int)kernel_call(SYS_socket, domain, type, 0, 0, 0, 0);
}

static inline int kernel_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    return (int)kernel_call(SYS_connect, fd, kernel_address(address), (long)length, 0, 0, 0);
}

static inline ssize_t kernel_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return kernel_call(SYS_sendmsg, fd, kernel_address(message), flags, 0, 0, 0);
}

static inline int kernel_getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    return (int)kernel_call(SYS_getsockopt, fd, level, option, kernel_address(value), kernel_address(length), 0);
}

static inline int kernel_getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
    return (int)kernel_call(SYS_getpeername, fd, kernel_address(address), kernel_address(length), 0, 0, 0);
}

static inline int kernel_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    return (int)kernel_call(SYS_getsockname, fd, kernel_address(address), kernel_address(length), 0, 0, 0);
}

static inline int kernel_sigmask(int how, const sigset_t *set, sigset_t *before)
{
    return (int)kernel_call(SYS_rt_sigprocmask, how, kernel_address(set), kernel_address(before), KERNEL_SIGSET_SIZE, 0,
                            0);
}

static inline int kernel_sigpending(sigset_t *set)
{
    return (int)kernel_call(SYS_rt_sigpending, kernel_address(set), KERNEL_SIGSET_SIZE, 0, 0, 0, 0);
}

/* Takes one pending signal of the set, if there is one; does not wait. */
static inline int kernel_sigtake(const sigset_t *set)
{
    struct timespec now = {0};
    return (int)kernel_call(SYS_rt_sigtimedwait, kernel_address(set), 0, kernel_address(&now), KERNEL_SIGSET_SIZE, 0,
                            0);
}

/* The ids of the process and of the calling thread: asked anew each time, so that they are true in any child. */
static inline pid_t kernel_getpid(void)
{
    return (pid_t)kernel_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

static inline pid_t kernel_gettid(void)
{
    return (pid_t)kernel_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

static inline uid_t kernel_getuid(void)
{
    return (uid_t)kernel_call(KERNEL_GETUID, 0, 0, 0, 0, 0, 0);
}

static inline uid_t kernel_geteuid(void)
{
    return (uid_t)kernel_call(KERNEL_GETEUID, 0, 0, 0, 0, 0, 0);
}

/* The real and the effective user in one call. */
static inline void kernel_users(uid_t *real, uid_t *effective)
{
    uid_t saved = 0;
    kernel_call(KERNEL_GETRESUID, kernel_address(real), kernel_address(effective), kernel_address(&saved), 0, 0, 0);
}

static inline gid_t kernel_getgid(void)
{
    return (gid_t)kernel_call(KERNEL_GETGID, 0, 0, 0, 0, 0, 0);
}

/* The real and the effective group in one call. */
static inline void kernel_own_groups(gid_t *real, gid_t *effective)
{
    gid_t saved = 0;
    kernel_call(KERNEL_GETRESGID, kernel_address(real), kernel_address(effective), kernel_address(&saved), 0, 0, 0);
}

/* The supplementary groups: how many there are, -1 where they are more than `size`. */
static inline int kernel_groups(gid_t *groups, int size)
{
    return (int)kernel_call(KERNEL_GETGROUPS, size, kernel_address(groups), 0, 0, 0, 0);
}

/* Terminated. The kernel's answer is no absolute path where the directory is out of the process's root. */
static inline ssize_t kernel_getcwd(char *path, size_t size)
{
    return kernel_call(SYS_getcwd, kernel_address(path), (long)size, 0, 0, 0, 0);
}

/* As access(2), by the real ids. */
static inline int kernel_access(const char *path, int mode)
{
    return (int)kernel_call(SYS_faccessat, AT_FDCWD, kernel_address(path), mode, 0, 0, 0);
}

static inline int kernel_uname(struct utsname *names)
{
    return (int)kernel_call(SYS_uname, kernel_address(names), 0, 0, 0, 0, 0);
}

/* Private memory of whole pages, all zero. NULL where there is none. */
static inline void *kernel_map(size_t length)
{
    long address =
        kernel_call(KERNEL_MMAP, 0, (long)length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return address == -1 ? NULL : (void *)address; /* NOLINT(performance-no-int-to-ptr) */
}

static inline int kernel_unmap(void *address, size_t length)
{
    return (int)kernel_call(SYS_munmap, kernel_address(address), (long)length, 0, 0, 0, 0);
}

static inline int kernel_advise(void *address, size_t length, int advice)
{
    return (int)kernel_call(SYS_madvise, kernel_address(address), (long)length, advice, 0, 0, 0);
}

/*
 * Moves a new descriptor above 0, 1 and 2: a daemon may have closed those, and a stray printf(3) of another
 * thread must not reach what we opened. Takes -1 and hands it on.
 */
static inline int kernel_above_standard(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int moved = kernel_fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    kernel_close(fd);
    return moved;
}

#endif
