/* SSL_connect(3) before anything else. */
#include "driver.h"

static int talk(SSL *ssl, const char *token)
{
    return SSL_connect(ssl) == 1 ? driver_exchange(ssl, token) : driver_failed(ssl);
}

int main(int argc, char **argv)
{
    return driver_main(argc, argv, TLS_client_method(), talk);
}
