/* A client that calls libssl as the linker bound it: linked into a program, or into a library that it uses. */
#include "openssl.h"

const SSL_METHOD *TLS_client_method(void);
SSL_CTX *SSL_CTX_new(const SSL_METHOD *);
void SSL_CTX_free(SSL_CTX *);
SSL *SSL_new(SSL_CTX *);
void SSL_free(SSL *);
int SSL_set_fd(SSL *, int);
int SSL_connect(SSL *);
long SSL_get_verify_result(const SSL *);

void linked_client_run(const char *label, int port)
{
    const struct openssl openssl = {TLS_client_method, SSL_CTX_new, SSL_CTX_free, SSL_new,
                                    SSL_free,          SSL_set_fd,  SSL_connect,  SSL_get_verify_result};
    client_run(&openssl, label, port);
}
