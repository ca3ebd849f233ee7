#include "event/sink.h"

#include "process/kernel.h"
#include "process/standard_error.h"

#include <errno.h>
#include <limits.h>

/*
 * write(2) raises SIGPIPE where the reader is gone and SIGXFSZ beyond RLIMIT_FSIZE; either would kill a host
 * that did nothing. Both go to the calling thread, so it is enough to block them here and to take back the one
 * that was caused. One that was pending before belongs to the host.
 */
static bool write_quietly(int fd, const char *data, size_t length)
{
    sigset_t pending, caused, mask;
    sigemptyset(&pending);
    sigemptyset(&caused);
    sigaddset(&caused, SIGPIPE);
    sigaddset(&caused, SIGXFSZ);
    kernel_sigmask(SIG_BLOCK, &caused, &mask);
    kernel_sigpending(&pending);

    ssize_t written = kernel_write(fd, data, length);
    int error = written < 0 ? errno : 0;
    int raised = error == EPIPE ? SIGPIPE : error == EFBIG ? SIGXFSZ : 0;
    if (raised != 0 && !sigismember(&pending, raised)) {
        sigemptyset(&caused);
        sigaddset(&caused, raised);
        kernel_sigtake(&caused);
    }
    kernel_sigmask(SIG_SETMASK, &mask, NULL);
    errno = error;
    return written == (ssize_t)length;
}

static bool can_write_now(int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    return kernel_poll_now(&polled) == 1 && polled.revents == POLLOUT;
}

/* The host's descriptor blocks, but PIPE_BUF bytes are what a pipe that polls writable takes at once. */
static bool write_pieces(int fd, const char *data, size_t length)
{
    while (length > 0) {
        size_t piece = length < PIPE_BUF ? length : PIPE_BUF;
        if (!can_write_now(fd) || !write_quietly(fd, data, piece))
            return false;
        data += piece;
        length -= piece;
    }
    return true;
}

static bool is_local_socket(int fd)
{
    int domain = AF_UNSPEC;
    socklen_t size = sizeof domain;
    return kernel_getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

static bool send_now(int fd, const char *data, size_t length)
{
    struct iovec part = {.iov_base = (void *)data, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return kernel_sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
}

bool sink_to_standard_error(bool may_be_file, const char *line, size_t length)
{
    const int fd = STDERR_FILENO;
    kernel_status status;
    if (!standard_error_is_same() || kernel_fstat(fd, &status) != 0)
        return false;
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
        return write_pieces(fd, line, length);
    if (S_ISREG(status.st_mode))
        return may_be_file && (kernel_fcntl(fd, F_GETFL, 0) & O_ACCMODE) == O_WRONLY && write_quietly(fd, line, length);
    return S_ISSOCK(status.st_mode) && is_local_socket(fd) && send_now(fd, line, length);
}

bool sink_to_file(const char *path, const char *line, size_t length)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    int fd = kernel_above_standard(kernel_open(path, flags, 0640));
    if (fd < 0)
        return false;
    kernel_status status;
    bool appendable = kernel_fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode));
    bool written = appendable && write_quietly(fd, line, length);
    kernel_close(fd);
    return written;
}
