/* No call for the handshake: the first SSL_read(3) does it, for an IMAP server's greeting. */
#include "driver.h"

#include <stdio.h>
#include <string.h>

static int log_in(SSL *ssl, const char *token)
{
    char buffer[4096];
    SSL_set_connect_state(ssl);
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
    return driver_main(argc, argv, TLS_client_method(), log_in);
}
