/*
 * System calls as the kernel has them. Through libc each of these would be a cancellation point, where the
 * host's pthread_cancel(3) could end the thread with our descriptor open, and any other preloaded library
 * (or our own hook of connect) would see and change what we do. They fail as in libc: -1 with errno.
 */
#ifndef TLSWARD_KERNEL_H
#define TLSWARD_KERNEL_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(time_t) == sizeof(long), "struct timespec is the kernel's own");

/* What fstat(2) fills, as the kernel has it: glibc's structure, on 32-bit systems that for large files. */
#ifdef SYS_fstat64
typedef struct stat64 kernel_status;
enum { KERNEL_FSTAT = SYS_fstat64, KERNEL_FSTATAT = SYS_fstatat64 };
#else
typedef struct stat kernel_status;
enum { KERNEL_FSTAT = SYS_fstat, KERNEL_FSTATAT = SYS_newfstatat };
#endif

/* Bytes of the kernel's signal set, which is how libc's sigset_t begins. */
#define KERNEL_SIGSET_SIZE 8ul

static inline int kernel_open(const char *path, int flags, mode_t mode)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static inline int kernel_close(int fd)
{
    return (int)syscall(SYS_close, fd);
}

static inline int kernel_fcntl(int fd, int command, int value)
{
    return (int)syscall(SYS_fcntl, fd, command, value);
}

static inline int kernel_fstat(int fd, kernel_status *status)
{
    return (int)syscall(KERNEL_FSTAT, fd, status);
}

static inline int kernel_stat(const char *path, kernel_status *status)
{
    return (int)syscall(KERNEL_FSTATAT, AT_FDCWD, path, status, 0);
}

static inline ssize_t kernel_read(int fd, void *data, size_t length)
{
    return syscall(SYS_read, fd, data, length);
}

static inline ssize_t kernel_write(int fd, const void *data, size_t length)
{
    return syscall(SYS_write, fd, data, length);
}

/* Does not wait. */
static inline int kernel_poll_now(struct pollfd *polled)
{
    struct timespec now = {0};
    return (int)syscall(SYS_ppoll, polled, 1ul, &now, NULL, KERNEL_SIGSET_SIZE);
}

static inline int kernel_socket(int domain, int type)
{
    return (int)syscall(SYS_socket, domain, type, 0);
}

static inline int kernel_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    return (int)syscall(SYS_connect, fd, address, length);
}

static inline ssize_t kernel_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return syscall(SYS_sendmsg, fd, message, flags);
}

static inline int kernel_getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    return (int)syscall(SYS_getsockopt, fd, level, option, value, length);
}

static inline int kernel_sigmask(int how, const sigset_t *set, sigset_t *before)
{
    return (int)syscall(SYS_rt_sigprocmask, how, set, before, KERNEL_SIGSET_SIZE);
}

static inline int kernel_sigpending(sigset_t *set)
{
    return (int)syscall(SYS_rt_sigpending, set, KERNEL_SIGSET_SIZE);
}

/* Takes one pending signal of the set, if there is one; does not wait. */
static inline int kernel_sigtake(const sigset_t *set)
{
    struct timespec now = {0};
    return (int)syscall(SYS_rt_sigtimedwait, set, NULL, &now, KERNEL_SIGSET_SIZE);
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
