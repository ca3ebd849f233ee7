/*
 * shortage LEAF | anonymous: a client, over and over, of which the library's first, second, ... allocation fails from
 * the start of the process on, until there are no more. Says whether any came about, was stopped, and how many died.
 * shortage LEAF | anonymous handshake: a client of which every allocation fails from its handshake on.
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
static bool every; /* from that one on */

static bool fails(const void *caller)
{
    if (failing == 0) {
        const char *number = getenv("FAIL_AT");
        failing = number != NULL ? strtol(number, NULL, 10) : -1;
    }
    if (failing < 0)
        return false;
    own_code_find();
    return own_code_has(caller) && (++count == failing || (every && count > failing));
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

static void offer_anonymous(SSL_CTX *context)
{
    demand(SSL_CTX_set_cipher_list(context, "aNULL:@SECLEVEL=0") == 1);
}

static SSL_CTX *client_context(bool anonymous)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context != NULL && anonymous) {
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
        offer_anonymous(context);
    }
    return context;
}

static int run_client(char *fd, bool anonymous, bool from_handshake)
{
    SSL_CTX *context = client_context(anonymous);
    SSL *ssl = context != NULL ? SSL_new(context) : NULL;
    if (ssl == NULL || SSL_set_fd(ssl, (int)strtol(fd, NULL, 10)) != 1 ||
        SSL_set_tlsext_host_name(ssl, "good.test") != 1)
        return STOPPED;
    every = from_handshake;
    if (every) {
        count = 0;
        failing = 1;
    }
    int result = SSL_connect(ssl) == 1 && SSL_write(ssl, "ping", 4) == 4 ? CONNECTED : STOPPED;
    return count >= failing ? result : result | NOT_REACHED;
}

/* `number` is that of the allocation that fails, or "handshake". */
static int status_of_client(struct server *server, const char *kind, const char *number)
{
    char fd[16];
    int status = 0;
    int connection = dial(server);
    snprintf(fd, sizeof fd, "%d", connection);
    pid_t child = fork();
    if (child == 0) {
        demand(dup2(connection, 100) == 100 && setenv("FAIL_AT", number, 1) == 0);
        execl("/proc/self/exe", "shortage", "client", "100", kind, number, (char *)NULL);
        _exit(127);
    }
    close(connection);
    demand(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

static struct server *server_of(const char *kind)
{
    if (strcmp(kind, "anonymous") != 0)
        return server_start_elsewhere(&(struct server_options){.leaf = kind});
    return server_start_elsewhere(&(struct server_options){.version = TLS1_2_VERSION, .configure = offer_anonymous});
}

int main(int argc, char **argv)
{
    int ended[2] = {0}, died = 0, status = 0;
    if (argc == 5 && strcmp(argv[1], "client") == 0)
        return run_client(argv[2], strcmp(argv[3], "anonymous") == 0, strcmp(argv[4], "handshake") == 0);
    demand(argc == 2 || argc == 3);
    struct server *server = server_of(argv[1]);
    bool once = argc == 3;
    for (int n = 1; n < MOST && (WEXITSTATUS(status) & NOT_REACHED) == 0 && (!once || n == 1); n++) {
        char number[16];
        snprintf(number, sizeof number, "%d", n);
        status = status_of_client(server, argv[1], once ? argv[2] : number);
        if (WIFEXITED(status))
            ended[WEXITSTATUS(status) & 1]++;
        else
            died++;
    }
    say("all-tried", "%d", ((WEXITSTATUS(status) & NOT_REACHED) == 0) == once);
    say("connected", "%d", ended[CONNECTED] > 0);
    say("stopped", "%d", ended[STOPPED] > 0);
    say("died", "%d", died);
    return 0;
}
