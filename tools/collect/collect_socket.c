#include "collect/collect_socket.h"

#include "process/error_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* From sd_listen_fds(3): the first descriptor that is handed over. */
enum { FIRST_DESCRIPTOR = 3 };

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "tlsward collect: %s: %s\n", what, why);
    return -1;
}

static bool is_number(const char *name, long number)
{
    const char *value = getenv(name);
    char *end;
    return value != NULL && *value != '\0' && strtol(value, &end, 10) == number && *end == '\0';
}

static bool is_local_datagram_socket(int fd)
{
    int type = 0, domain = 0;
    socklen_t size = sizeof type, domain_size = sizeof domain;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM &&
           getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) == 0 && domain == AF_UNIX;
}

/* Who sends is to be known from the first datagram on, and the process that this one starts gets no socket. */
static int prepare(int fd)
{
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        close(fd);
        return fail("the socket", error_text(errno));
    }
    return fd;
}

/* As sd_listen_fds(3) finds it. */
static int handed_over(void)
{
    if (!is_number("LISTEN_PID", getpid()) || !is_number("LISTEN_FDS", 1))
        return fail("no socket", "systemd hands over none, or several; --listen PATH makes one");
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (!is_local_datagram_socket(FIRST_DESCRIPTOR))
        return fail("the socket that was handed over", "is no local datagram socket (ListenDatagram=)");
    return prepare(FIRST_DESCRIPTOR);
}

/* A socket whose owner has ended refuses whoever connects; one that has an owner is left alone. */
static void remove_left_behind(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(fd);
}

int collect_socket(const char *path)
{
    if (path == NULL)
        return handed_over();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return fail(path, "too long for a socket");
    memcpy(address.sun_path, path, strlen(path));
    remove_left_behind(&address);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(path, error_text(errno));
    if (prepare(fd) < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && chmod(path, 0666) == 0)
        return fd;
    int error = errno;
    close(fd);
    return fail(path, error == EADDRINUSE ? "somebody listens there, or it is no socket" : error_text(error));
}
