/* Memory BIOs: the connection object has no descriptor behind it, the program moves the bytes. */
#include "driver.h"

#include <openssl/bio.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_pending(SSL *ssl, int fd)
{
    char buffer[4096];
    int length = 0;
    while ((length = BIO_read(SSL_get_wbio(ssl), buffer, sizeof(buffer))) > 0)
        if (send(fd, buffer, (size_t)length, MSG_NOSIGNAL) < 0)
            return;
}

static int receive(SSL *ssl, int fd)
{
    char buffer[4096];
    ssize_t length = read(fd, buffer, sizeof(buffer));
    return length > 0 && BIO_write(SSL_get_rbio(ssl), buffer, (int)length) == (int)length;
}

static int handshake(SSL *ssl, int fd)
{
    int result = 0;
    while ((result = SSL_connect(ssl)) != 1) {
        send_pending(ssl, fd);
        if (SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ || !receive(ssl, fd))
            return 0;
    }
    send_pending(ssl, fd);
    return 1;
}

static int exchange(SSL *ssl, int fd, const char *token)
{
    char buffer[4096];
    SSL_write(ssl, buffer, driver_request(buffer, sizeof(buffer), token));
    send_pending(ssl, fd);
    int length = 0;
    while ((length = SSL_read(ssl, buffer, sizeof(buffer))) > 0 || receive(ssl, fd))
        if (length > 0)
            fwrite(buffer, 1, (size_t)length, stdout);
    return SSL_get_error(ssl, length) == SSL_ERROR_ZERO_RETURN ? 0 : driver_failed(ssl);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int fd = driver_connect(argv[1], argv[2], SOCK_STREAM);
    SSL *ssl = driver_tls(TLS_client_method(), -1);
    if (!ssl || fd < 0)
        return 2;
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    int status = handshake(ssl, fd) ? exchange(ssl, fd, argv[3]) : driver_failed(ssl);
    SSL_free(ssl);
    close(fd);
    return status;
}
