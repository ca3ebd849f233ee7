/*
 * A program without TLS that looks up a name and connects, COUNT times: plain HOST PORT COUNT
 */
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    for (int i = 0; i < atoi(argv[3]); i++) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
        if (getaddrinfo(argv[1], argv[2], &hints, &found) != 0)
            return 1;
        int fd = -1;
        for (const struct addrinfo *each = found; each != NULL && fd < 0; each = each->ai_next) {
            fd = socket(each->ai_family, SOCK_STREAM, 0);
            if (fd >= 0 && connect(fd, each->ai_addr, each->ai_addrlen) != 0) {
                close(fd);
                fd = -1;
            }
        }
        if (fd < 0)
            return 1;
        close(fd);
        freeaddrinfo(found);
    }
    return 0;
}
