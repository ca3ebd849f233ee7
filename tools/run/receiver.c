#include "run/receiver.h"

#include "shared/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Room for bursts; what the kernel does not grant (net.core.rmem_max) is no error. */
#define RECEIVE_BUFFER (8 << 20)

static char *make_directory(void)
{
    const char *parent = getenv("TMPDIR");
    /* sun_path is 108 bytes, unix(7). */
    if (parent == NULL || *parent != '/' || strlen(parent) > 64)
        parent = "/tmp";
    char *directory = text_format("%s/tlsward-XXXXXX", parent);
    if (mkdtemp(directory) != NULL)
        return directory;
    free(directory);
    return NULL;
}

bool receiver_open(struct receiver *receiver)
{
    *receiver = (struct receiver){.fd = -1, .directory = make_directory()};
    if (receiver->directory == NULL)
        return false;
    receiver->path = text_format("%s/events", receiver->directory);
    receiver->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, receiver->path, sizeof address.sun_path - 1);
    if (receiver->fd < 0 || bind(receiver->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        receiver_close(receiver);
        errno = error;
        return false;
    }
    int size = RECEIVE_BUFFER;
    if (setsockopt(receiver->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        setsockopt(receiver->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return true;
}

ssize_t receiver_take(const struct receiver *receiver, char *buffer, size_t size)
{
    ssize_t length;
    do
        length = recv(receiver->fd, buffer, size, 0);
    while (length < 0 && errno == EINTR);
    return length;
}

void receiver_close(struct receiver *receiver)
{
    if (receiver->fd >= 0)
        close(receiver->fd);
    unlink(receiver->path);
    rmdir(receiver->directory);
    free(receiver->path);
    free(receiver->directory);
    *receiver = (struct receiver){.fd = -1};
}
