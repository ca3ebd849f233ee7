/*
 * A client that loads trust anchors and then does not heed what OpenSSL finds:
 * CA-FILE undemanded|forgiving HOST PORT TOKEN. It sends SNI where the host is no address.
 */
#include "driver.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static int forgive(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    (void)ctx;
    return 1;
}

static bool is_address(const char *host)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    SSL *ssl = driver_tls(TLS_client_method(), driver_connect(argv[3], argv[4], SOCK_STREAM));
    if (ssl == NULL)
        return 2;
    SSL_CTX_load_verify_locations(SSL_get_SSL_CTX(ssl), argv[1], NULL); /* some cases have no anchor */
    if (strcmp(argv[2], "forgiving") == 0)
        SSL_set_verify(ssl, SSL_VERIFY_PEER, forgive);
    if (!is_address(argv[3]))
        SSL_set_tlsext_host_name(ssl, argv[3]);
    int status = SSL_connect(ssl) == 1 ? driver_exchange(ssl, argv[5]) : driver_failed(ssl);
    driver_close(ssl);
    return status;
}
