/* plain PORT: a program without TLS, for another C library: connects, looks up a name, and is not disturbed. */
#include "openssl.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0))};
    struct addrinfo *found = NULL;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    int fd = socket(AF_INET, SOCK_STREAM, 0);
    printf("connect %d\n", connect(fd, (const struct sockaddr *)&address, sizeof address));
    address.sin_port = htons(1);
    int failure = connect(socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&address, sizeof address);
    printf("connect to a closed port %d, errno %d\n", failure, errno == ECONNREFUSED);
    printf("getaddrinfo %d\n", getaddrinfo("127.0.0.1", "443", NULL, &found));
    printf("dlsym %d %d\n", dlsym(RTLD_DEFAULT, "getenv") != NULL, dlsym(RTLD_DEFAULT, "SSL_connect") != NULL);
    void *program = dlopen(NULL, RTLD_NOW);
    printf("dlopen %d %d\n", program != NULL, dlsym(program, "no_such_symbol") != NULL);
    fflush(stdout);
    freeaddrinfo(found);
    return failure == -1 ? 0 : 1;
}
