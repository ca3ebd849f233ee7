/* A non-blocking socket: the handshake is taken up again whenever poll(2) says so. */
#include "driver.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

static int handshake(SSL *ssl, int fd)
{
    int result = 0;
    while ((result = SSL_connect(ssl)) != 1) {
        int error = SSL_get_error(ssl, result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
            return 0;
        struct pollfd ready = {.fd = fd, .events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT};
        poll(&ready, 1, -1);
    }
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int fd = driver_connect(argv[1], argv[2], SOCK_STREAM);
    SSL *ssl = driver_tls(TLS_client_method(), fd);
    if (!ssl || fd < 0)
        return 2;
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    int connected = handshake(ssl, fd);
    fcntl(fd, F_SETFL, flags);
    int status = connected ? driver_exchange(ssl, argv[3]) : driver_failed(ssl);
    driver_close(ssl);
    return status;
}
