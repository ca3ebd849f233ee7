/* DTLS over a connected datagram socket. */
#include "driver.h"

#include <openssl/bio.h>
#include <string.h>
#include <sys/socket.h>

static int send_token(SSL *ssl, const char *token)
{
    if (SSL_write(ssl, token, (int)strlen(token)) <= 0 || SSL_write(ssl, "\n", 1) <= 0)
        return driver_failed(ssl);
    SSL_shutdown(ssl);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const SSL_METHOD *method = DTLS_client_method();
    if (!method)
        return DRIVER_LACKING;
    int fd = driver_connect(argv[1], argv[2], SOCK_DGRAM);
    SSL *ssl = driver_tls(method, -1);
    BIO *bio = BIO_new_dgram(fd, BIO_CLOSE);
    struct sockaddr_storage peer;
    socklen_t length = sizeof(peer);
    if (!ssl || !bio || getpeername(fd, (struct sockaddr *)&peer, &length) != 0)
        return 2;
    BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &peer);
    SSL_set_bio(ssl, bio, bio);
    int status = SSL_connect(ssl) == 1 ? send_token(ssl, argv[3]) : driver_failed(ssl);
    SSL_free(ssl);
    return status;
}
