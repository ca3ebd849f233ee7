/* No call for the handshake: the first SSL_write(3) does it. */
#include "driver.h"

static int talk(SSL *ssl, const char *token)
{
    SSL_set_connect_state(ssl);
    return driver_exchange(ssl, token);
}

int main(int argc, char **argv)
{
    return driver_main(argc, argv, TLS_client_method(), talk);
}
