/* A signal that interrupts every connect(2): it fails with EINTR and goes on all the same, connect(2). */
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>

#pragma GCC diagnostic ignored "-Wpedantic" /* glibc's transparent union for the address */

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    int (*real)(int, const struct sockaddr *, socklen_t);
    *(void **)&real = dlsym(RTLD_NEXT, "connect");
    if (real(fd, address, length) == 0)
        errno = EINTR;
    return -1;
}
