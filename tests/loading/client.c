#include "openssl.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    perror("connect");
    return -1;
}

void client_run(const struct openssl *openssl, const char *label, int port)
{
    int fd = connect_to(port);
    SSL_CTX *ctx = openssl->SSL_CTX_new(openssl->TLS_client_method());
    SSL *ssl = ctx != NULL ? openssl->SSL_new(ctx) : NULL;
    if (ssl != NULL && openssl->SSL_set_fd(ssl, fd) == 1 && openssl->SSL_connect(ssl) == 1)
        printf("%s: connected\n", label);
    else
        printf("%s: refused, verify result %ld\n", label,
               ssl != NULL && openssl->SSL_get_verify_result != NULL ? openssl->SSL_get_verify_result(ssl) : -1L);
    fflush(stdout);
    if (ssl != NULL)
        openssl->SSL_free(ssl);
    if (ctx != NULL)
        openssl->SSL_CTX_free(ctx);
    close(fd);
}
