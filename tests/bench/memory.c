/*
 * A program that loads TLS and makes a context, and then says how many kilobytes of memory are its own: all that no
 * file stands behind, as the kernel counts it.
 */
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char line[256];
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    FILE *summary = fopen("/proc/self/smaps_rollup", "r");
    if (ctx == NULL || summary == NULL)
        return 2;
    while (fgets(line, sizeof line, summary) != NULL)
        if (strncmp(line, "Anonymous:", strlen("Anonymous:")) == 0)
            printf("%ld\n", strtol(line + strlen("Anonymous:"), NULL, 10));
    fclose(summary);
    SSL_CTX_free(ctx);
    return 0;
}
