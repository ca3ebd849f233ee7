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
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET}, *found;
        if (getaddrinfo(argv[1], argv[2], &hints, &found) != 0)
            return 1;
        int fd = socket(found->ai_family, SOCK_STREAM, 0);
        if (connect(fd, found->ai_addr, found->ai_addrlen) != 0)
            return 1;
        close(fd);
        freeaddrinfo(found);
    }
    return 0;
}
