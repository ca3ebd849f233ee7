#include "support.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void demand_at(bool holds, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: the test itself failed\n", file, line);
    ERR_print_errors_fp(stderr);
    fflush(stdout);
    _exit(3);
}

void say(const char *key, const char *format, ...)
{
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    printf("%s=%s\n", key, line);
}

const char *pki_file(const char *name)
{
    static _Thread_local char path[4096];
    const char *directory = getenv("PKI");
    demand(directory != NULL);
    snprintf(path, sizeof path, "%s/%s.pem", directory, name);
    return path;
}

void run_scenario(const struct scenario *scenarios, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(scenarios[i].name, name) == 0) {
            scenarios[i].run();
            fflush(stdout);
            return;
        }
    fprintf(stderr, "no scenario is called %s\n", name);
    _exit(3);
}

struct server_report run_with_server(const struct scenario *scenarios, size_t count, char *const *words,
                                     struct server **server, SSL_CTX **context)
{
    *server = server_start(&(struct server_options){.leaf = words[1]});
    *context = SSL_CTX_new(TLS_client_method());
    run_scenario(scenarios, count, words[0]);
    struct server_report report = server_stop(*server);
    SSL_CTX_free(*context);
    return report;
}
