/* BIO_new_ssl_connect(3): OpenSSL resolves and connects by itself. */
#include "driver.h"

#include <openssl/bio.h>
#include <stdio.h>

static int talk(BIO *bio, const char *token)
{
    char buffer[4096];
    SSL *ssl = NULL;
    BIO_get_ssl(bio, &ssl);
    int length = driver_request(buffer, sizeof(buffer), token);
    int written = 0;
    do
        written = BIO_write(bio, buffer, length);
    while (written <= 0 && BIO_should_retry(bio)); /* after the handshake, in LibreSSL */
    if (written <= 0)
        return driver_failed(ssl);
    while ((length = BIO_read(bio, buffer, sizeof(buffer))) > 0)
        fwrite(buffer, 1, (size_t)length, stdout);
    return length == 0 ? 0 : driver_failed(ssl);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    BIO *bio = BIO_new_ssl_connect(context);
    if (!bio)
        return 2;
    BIO_set_conn_hostname(bio, argv[1]);
    BIO_set_conn_port(bio, argv[2]);
    int status = talk(bio, argv[3]);
    BIO_free_all(bio);
    SSL_CTX_free(context);
    return status;
}
