/*
 * main_many CONNECTIONS LIBSSL LIBSSL...: finds all with dlopen and dlsym, makes so many connections of each library,
 * which all stay, and asks each of its library's for the mode that was set there.
 */
#include "openssl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 16 };

struct library {
    SSL_CTX *ctx;
    SSL *(*SSL_new)(SSL_CTX *);
    void (*SSL_set_verify)(SSL *, int, void *);
    int (*SSL_get_verify_mode)(const SSL *);
    int (*SSL_connect)(SSL *);
};

static int bind_library(struct library *library, const char *path)
{
    const SSL_METHOD *(*method)(void);
    SSL_CTX *(*new)(const SSL_METHOD *);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
    *(void **)&method = dlsym(handle, "TLS_client_method");
    *(void **)&new = dlsym(handle, "SSL_CTX_new");
    *(void **)&library->SSL_new = dlsym(handle, "SSL_new");
    *(void **)&library->SSL_set_verify = dlsym(handle, "SSL_set_verify");
    *(void **)&library->SSL_get_verify_mode = dlsym(handle, "SSL_get_verify_mode");
    *(void **)&library->SSL_connect = dlsym(handle, "SSL_connect");
    library->ctx = new (method());
    return library->ctx != NULL;
}

static int is_right(const struct library *library, SSL *ssl, int mode)
{
    library->SSL_set_verify(ssl, mode, NULL);
    int right = library->SSL_get_verify_mode(ssl) == mode;
    library->SSL_connect(ssl); /* there is no socket: fails */
    return right;
}

int main(int argc, char **argv)
{
    static struct library libraries[MOST];
    int count = argc - 2 < MOST ? argc - 2 : MOST, wrong = 0;
    for (int i = 0; i < count; i++)
        if (!bind_library(&libraries[i], argv[i + 2]))
            return 1;
    for (int made = 0; made < atoi(argv[1]); made++)
        for (int i = 0; i < count; i++)
            wrong += !is_right(&libraries[i], libraries[i].SSL_new(libraries[i].ctx), made % 2);
    printf("wrong: %d\n", wrong);
    return wrong != 0;
}
