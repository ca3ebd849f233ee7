/* A plugin that uses libcrypto, and says when it is unloaded. */
#include <stdio.h>

typedef struct x509_st X509;
X509 *X509_new(void);
void X509_free(X509 *);
int X509_check_host(X509 *, const char *, size_t, unsigned int, char **);
const char *OpenSSL_version(int);

int reloaded_run(void);

static int calls;

__attribute__((destructor)) static void end(void)
{
    printf("%s: unloaded\n", EDITION);
    fflush(stdout);
}

int reloaded_run(void)
{
    X509 *certificate = X509_new();
    int matched = X509_check_host(certificate, "localhost", 0, 0, NULL);
    X509_free(certificate);
    printf("%s: call %d, %.11s, matched %d\n", EDITION, ++calls, OpenSSL_version(0), matched);
    fflush(stdout);
    return matched;
}
