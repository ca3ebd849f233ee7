/* SSL_do_handshake(3), with a method that could also be a server's. */
#include "driver.h"

static int talk(SSL *ssl, const char *token)
{
    SSL_set_connect_state(ssl);
    return SSL_do_handshake(ssl) == 1 ? driver_exchange(ssl, token) : driver_failed(ssl);
}

int main(int argc, char **argv)
{
    return driver_main(argc, argv, TLS_method(), talk);
}
