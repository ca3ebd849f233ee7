/* No call for the handshake: the first SSL_write(3) does it. */
#include "driver.h"

#include <sys/socket.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    SSL *ssl = driver_tls(TLS_client_method(), driver_connect(argv[1], argv[2], SOCK_STREAM));
    if (!ssl)
        return 2;
    SSL_set_connect_state(ssl);
    int status = driver_exchange(ssl, argv[3]);
    driver_close(ssl);
    return status;
}
