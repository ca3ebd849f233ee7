/*
 * OpenSSL before 1.1.0 knows no algorithm until it is told to: part of every client, before main() runs.
 */
#include <openssl/ssl.h>

__attribute__((constructor)) static void initialise(void)
{
    if (SSL_library_init != NULL)
        SSL_library_init();
}
