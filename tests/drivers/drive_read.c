/* No call for the handshake: the first SSL_read(3) does it, for an IMAP server's greeting. */
#include "driver.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int log_in(SSL *ssl, const char *token)
{
    char buffer[4096];
    if (driver_read(ssl, buffer, sizeof(buffer)) <= 0)
        return driver_failed(ssl);
    int length = snprintf(buffer, sizeof(buffer), "a LOGIN %s secret\r\n", token);
    if (driver_write(ssl, buffer, length) <= 0)
        return driver_failed(ssl);
    length = driver_read(ssl, buffer, sizeof(buffer));
    if (length < 4)
        return driver_failed(ssl);
    printf("%.4s\n", buffer);
    return memcmp(buffer, "a OK", 4) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    SSL *ssl = driver_tls(TLS_client_method(), driver_connect(argv[1], argv[2], SOCK_STREAM));
    if (!ssl)
        return 2;
    SSL_set_connect_state(ssl);
    int status = log_in(ssl, argv[3]);
    driver_close(ssl);
    return status;
}
