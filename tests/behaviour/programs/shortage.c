/*
 * shortage LEAF: a client, over and over, of which the library's first, second, ... allocation fails from the start of
 * the process on, until there are no more. Says whether any came about, was stopped, and how many died.
 */
#include "support.h"

#include "../../loading/own_code.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

enum { CONNECTED = 0, STOPPED = 1, NOT_REACHED = 16, MOST = 400 };

static long count, failing;

static bool fails(const void *caller)
{
    if (failing == 0) {
        const char *number = getenv("FAIL_AT");
        failing = number != NULL ? strtol(number, NULL, 10) : -1;
    }
    if (failing < 0)
        return false;
    own_code_find();
    return own_code_has(caller) && ++count == failing;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}

static int run_client(char *fd)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = context != NULL ? SSL_new(context) : NULL;
    if (ssl == NULL || SSL_set_fd(ssl, (int)strtol(fd, NULL, 10)) != 1 ||
        SSL_set_tlsext_host_name(ssl, "good.test") != 1)
        return STOPPED;
    int result = SSL_connect(ssl) == 1 ? CONNECTED : STOPPED;
    return count >= failing ? result : result | NOT_REACHED;
}

static int status_of_client(struct server *server, char *program, int fail_at)
{
    char fd[16], number[16];
    int status;
    int connection = dial(server);
    snprintf(fd, sizeof fd, "%d", connection);
    snprintf(number, sizeof number, "%d", fail_at);
    pid_t child = fork();
    if (child == 0) {
        demand(dup2(connection, 100) == 100 && setenv("FAIL_AT", number, 1) == 0);
        execl(program, program, "client", "100", (char *)NULL);
        _exit(127);
    }
    close(connection);
    demand(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

int main(int argc, char **argv)
{
    int ended[2] = {0}, died = 0, status = 0;
    if (argc == 3 && strcmp(argv[1], "client") == 0)
        return run_client(argv[2]);
    demand(argc == 2);
    struct server *server = server_start_elsewhere(&(struct server_options){.leaf = argv[1]});
    for (int n = 1; n < MOST && (WEXITSTATUS(status) & NOT_REACHED) == 0; n++) {
        status = status_of_client(server, "/proc/self/exe", n);
        if (WIFEXITED(status))
            ended[WEXITSTATUS(status) & 1]++;
        else
            died++;
    }
    say("all-tried", "%d", (WEXITSTATUS(status) & NOT_REACHED) != 0);
    say("connected", "%d", ended[CONNECTED] > 0);
    say("stopped", "%d", ended[STOPPED] > 0);
    say("died", "%d", died);
    return 0;
}
