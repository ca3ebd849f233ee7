/* SSL_connect(3) before anything else. */
#include "driver.h"

#include <sys/socket.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    SSL *ssl = driver_tls(TLS_client_method(), driver_connect(argv[1], argv[2], SOCK_STREAM));
    if (!ssl)
        return 2;
    int status = SSL_connect(ssl) == 1 ? driver_exchange(ssl, argv[3]) : driver_failed(ssl);
    driver_close(ssl);
    return status;
}
