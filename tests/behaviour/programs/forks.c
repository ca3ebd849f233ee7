/*
 * forks: while threads look names up and connect, the program forks; each child makes a handshake of its own and
 * ends. The threads make no handshakes: a lock of OpenSSL's that is held at a fork is held in the child for ever.
 */
#include "support.h"

#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, CHILDREN = 40, CHILD_SECONDS = 300 };

static struct server *server;
static SSL_CTX *context;
static atomic_bool finished;

/* Datagrams, because a child inherits every socket: a server would wait for connections that the child holds open. */
static void look_up_and_connect(void)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    demand(getaddrinfo("localhost", "9", &hints, &found) == 0);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    demand(connect(fd, found->ai_addr, found->ai_addrlen) == 0);
    freeaddrinfo(found);
    close(fd);
}

static void *keep_busy(void *argument)
{
    (void)argument;
    while (!atomic_load(&finished))
        look_up_and_connect();
    return NULL;
}

static int handshake_in_child(const char *name)
{
    alarm(CHILD_SECONDS);
    SSL *ssl = client_new(context, server, name);
    return SSL_connect(ssl) == 1 ? 0 : 1;
}

static int child_status(const char *name)
{
    int status;
    pid_t child = fork();
    demand(child >= 0);
    if (child == 0)
        _exit(handshake_in_child(name));
    demand(waitpid(child, &status, 0) == child);
    return status;
}

int main(void)
{
    pthread_t threads[THREADS];
    int passed = 0, blocked = 0;
#ifdef __SANITIZE_ADDRESS__
    say("skip", "%s", "a child may find a lock of the sanitizer's own held");
    return 0;
#endif
    server = server_start_elsewhere(&(struct server_options){.leaf = "good", .threads = 4});
    context = SSL_CTX_new(TLS_client_method());
    for (int i = 0; i < THREADS; i++)
        demand(pthread_create(&threads[i], NULL, keep_busy, NULL) == 0);
    for (int i = 0; i < CHILDREN; i++) {
        int status = child_status(i % 2 == 0 ? "good.test" : "another.test");
        passed += WIFEXITED(status) && WEXITSTATUS(status) == 0;
        blocked += WIFEXITED(status) && WEXITSTATUS(status) == 1;
    }
    atomic_store(&finished, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    free(server);
    say("passed", "%d", passed);
    say("blocked", "%d", blocked);
    SSL_CTX_free(context);
    return 0;
}
