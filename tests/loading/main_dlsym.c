/* main_dlsym ROUNDS (PORT LIBSSL)...: finds everything with dlopen and dlsym, as .NET, Qt and ODBC drivers do. */
#include "openssl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef OPENED_WITH
#define OPENED_WITH (RTLD_NOW | RTLD_LOCAL)
#endif

static int bind_all(struct openssl *openssl, void *handle)
{
    static const char *const names[] = {"TLS_client_method", "SSL_CTX_new", "SSL_CTX_free", "SSL_new",
                                        "SSL_free",          "SSL_set_fd",  "SSL_connect",  "SSL_get_verify_result"};
    void **slots = (void **)openssl;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        slots[i] = dlsym(handle, names[i]);
    /* GnuTLS has an old name for the one, and not the other. */
    if (openssl->TLS_client_method == NULL)
        slots[0] = dlsym(handle, "SSLv23_client_method");
    return openssl->TLS_client_method != NULL && openssl->SSL_connect != NULL;
}

int main(int argc, char **argv)
{
    enum { MOST = 4 };
    struct openssl openssl[MOST];
    void *handles[MOST];
    int count = (argc - 2) / 2 < MOST ? (argc - 2) / 2 : MOST;

    for (int round = 0; argc >= 4 && round < atoi(argv[1]); round++) {
        for (int i = 0; i < count; i++) {
            handles[i] = dlopen(argv[3 + 2 * i], OPENED_WITH);
            if (handles[i] == NULL || !bind_all(&openssl[i], handles[i])) {
                fprintf(stderr, "%s\n", dlerror());
                return 1;
            }
        }
        for (int i = 0; i < count; i++)
            client_run(&openssl[i], strrchr(argv[3 + 2 * i], '/') + 1, atoi(argv[2 + 2 * i]));
        for (int i = 0; i < count; i++)
            dlclose(handles[i]);
    }
    return 0;
}
