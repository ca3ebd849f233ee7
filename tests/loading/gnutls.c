/* main_linked's other half for libgnutls-openssl, which has OpenSSL's names and rules of its own. */
#include "openssl.h"

#include <stddef.h>

const SSL_METHOD *SSLv23_client_method(void);
SSL_CTX *SSL_CTX_new(const SSL_METHOD *);
void SSL_CTX_free(SSL_CTX *);
SSL *SSL_new(SSL_CTX *);
void SSL_free(SSL *);
int SSL_set_fd(SSL *, int);
int SSL_connect(SSL *);

void linked_client_run(const char *label, int port)
{
    const struct openssl openssl = {SSLv23_client_method, SSL_CTX_new, SSL_CTX_free, SSL_new, SSL_free,
                                    SSL_set_fd,           SSL_connect, NULL};
    client_run(&openssl, label, port);
}
