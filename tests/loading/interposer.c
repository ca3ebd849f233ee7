/*
 * Another preload, which hooks functions of OpenSSL: says so each time, and goes on to what is behind it (RTLD_NEXT).
 * With BY_HANDLE it goes on to what libssl.so.3 has under that name.
 */
#include "openssl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

static void *behind(const char *name)
{
#ifdef BY_HANDLE
    return dlsym(dlopen("libssl.so.3", RTLD_LAZY | RTLD_NOLOAD), name);
#else
    return dlsym(RTLD_NEXT, name);
#endif
}

int SSL_connect(SSL *ssl)
{
    int (*real)(SSL *);
    *(void **)&real = behind("SSL_connect");
    puts("interposer: SSL_connect");
    fflush(stdout);
    return real(ssl);
}

int X509_verify_cert(void *store_ctx)
{
    int (*real)(void *);
    *(void **)&real = dlsym(RTLD_NEXT, "X509_verify_cert");
    puts("interposer: X509_verify_cert");
    fflush(stdout);
    return real(store_ctx);
}
