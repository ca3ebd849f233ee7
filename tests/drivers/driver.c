#include "driver.h"

#include <netdb.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

int driver_connect(const char *host, const char *service, int socket_type)
{
    struct addrinfo hints = {.ai_socktype = socket_type};
    struct addrinfo *address = NULL;
    if (getaddrinfo(host, service, &hints, &address) != 0) {
        fputs("the name cannot be resolved\n", stderr);
        return -1;
    }
    int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        perror("connect");
        close(fd);
        fd = -1;
    }
    freeaddrinfo(address);
    return fd;
}

SSL *driver_tls(const SSL_METHOD *method, int fd)
{
    SSL_CTX *context = SSL_CTX_new(method);
    SSL *ssl = context ? SSL_new(context) : NULL;
    SSL_CTX_free(context);
    if (ssl && fd >= 0 && SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    return ssl;
}

int driver_request(char *buffer, size_t size, const char *token)
{
    return snprintf(buffer, size, "GET /%s HTTP/1.0\r\n\r\n", token);
}

static bool wants_again(const SSL *ssl, int result)
{
    int error = result > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

int driver_write(SSL *ssl, const char *data, int length)
{
    int result = 0;
    do
        result = SSL_write(ssl, data, length);
    while (wants_again(ssl, result));
    return result;
}

int driver_read(SSL *ssl, char *buffer, int size)
{
    int result = 0;
    do
        result = SSL_read(ssl, buffer, size);
    while (wants_again(ssl, result));
    return result;
}

int driver_exchange(SSL *ssl, const char *token)
{
    char buffer[4096];
    if (driver_write(ssl, buffer, driver_request(buffer, sizeof(buffer), token)) <= 0)
        return driver_failed(ssl);
    int length = 0;
    while ((length = driver_read(ssl, buffer, sizeof(buffer))) > 0)
        fwrite(buffer, 1, (size_t)length, stdout);
    return SSL_get_error(ssl, length) == SSL_ERROR_ZERO_RETURN ? 0 : driver_failed(ssl);
}

int driver_failed(SSL *ssl)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    fprintf(stderr, "%s: %s\n", reason ? reason : "failed", X509_verify_cert_error_string(SSL_get_verify_result(ssl)));
    return 1;
}

void driver_close(SSL *ssl)
{
    int fd = SSL_get_fd(ssl);
    SSL_free(ssl);
    if (fd >= 0)
        close(fd);
}

int driver_main(int argc, char **argv, const SSL_METHOD *method, int (*talk)(SSL *ssl, const char *token))
{
    if (argc != 4)
        return 2;
    SSL *ssl = driver_tls(method, driver_connect(argv[1], argv[2], SOCK_STREAM));
    if (!ssl)
        return 2;
    int status = talk(ssl, argv[3]);
    driver_close(ssl);
    return status;
}
