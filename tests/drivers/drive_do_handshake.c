/* SSL_do_handshake(3), with a method that could also be a server's. */
#include "driver.h"

#include <sys/socket.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    SSL *ssl = driver_tls(TLS_method(), driver_connect(argv[1], argv[2], SOCK_STREAM));
    if (!ssl)
        return 2;
    SSL_set_connect_state(ssl);
    int status = SSL_do_handshake(ssl) == 1 ? driver_exchange(ssl, argv[3]) : driver_failed(ssl);
    driver_close(ssl);
    return status;
}
