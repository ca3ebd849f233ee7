/*
 * first_use WHERE GOOD BAD: eight threads come at once to the first call of the process that has to do with TLS. Each
 * then connects to the server at port GOOD, verifying it as one should, and to that at BAD without. WHERE they meet:
 *     open       before dlopen of libssl
 *     context    before SSL_CTX_new
 *     connect    before SSL_connect, each with a context of its own
 *     shared     before SSL_connect, on one context that was made unseen
 *     unseen     before SSL_connect, where the library sees only what libssl itself calls
 * Linked with no libssl, so that nothing of it is there when the process starts.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <link.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8 };

static _Thread_local struct {
    const SSL_METHOD *(*TLS_client_method)(void);
    SSL_CTX *(*SSL_CTX_new)(const SSL_METHOD *);
    SSL_CTX *(*SSL_CTX_new_ex)(void *, const char *, const SSL_METHOD *);
    void (*SSL_CTX_set_verify)(SSL_CTX *, int, SSL_verify_cb);
    int (*SSL_CTX_load_verify_locations)(SSL_CTX *, const char *, const char *);
    SSL *(*SSL_new)(SSL_CTX *);
    void (*SSL_set_verify)(SSL *, int, SSL_verify_cb);
    int (*SSL_set1_host)(SSL *, const char *);
    long (*SSL_ctrl)(SSL *, int, long, void *);
    int (*SSL_set_fd)(SSL *, int);
    int (*SSL_connect)(SSL *);
    int (*SSL_write)(SSL *, const void *, int);
    int (*SSL_read)(SSL *, void *, int);
    void (*SSL_free)(SSL *);
    void (*SSL_CTX_free)(SSL_CTX *);
} functions;

static const char *const names[] = {
    "TLS_client_method", "SSL_CTX_new",    "SSL_CTX_new_ex", "SSL_CTX_set_verify", "SSL_CTX_load_verify_locations",
    "SSL_new",           "SSL_set_verify", "SSL_set1_host",  "SSL_ctrl",           "SSL_set_fd",
    "SSL_connect",       "SSL_write",      "SSL_read",       "SSL_free",           "SSL_CTX_free",
};

static const char *where;
static int ports[2];
static pthread_barrier_t start;
static SSL_CTX *shared;
static atomic_int passed, blocked;

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "the test itself failed: %s\n", what);
    _exit(3);
}

static bool is(const char *word)
{
    return strcmp(where, word) == 0;
}

static void meet(const char *word)
{
    if (is(word))
        pthread_barrier_wait(&start);
}

/* By libssl's own symbol table, whoever stands in front. */
static void *find_unseen(const struct link_map *object, const char *name)
{
    const ElfW(Sym) *symbols = NULL;
    const char *strings = NULL;
    for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_SYMTAB)
            symbols = (const void *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_STRTAB)
            strings = (const void *)entry->d_un.d_ptr;
    }
    const ElfW(Sym) *symbol = symbols;
    while (symbol->st_value == 0 || strcmp(strings + symbol->st_name, name) != 0)
        symbol++;
    return (void *)(object->l_addr + symbol->st_value);
}

static void find_functions(void)
{
    void *handle = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
    demand(handle != NULL, "libssl.so.3");
    void **slots = (void **)&functions;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool makes_context = strncmp(names[i], "SSL_CTX_new", strlen("SSL_CTX_new")) == 0;
        bool unseen = is("unseen") || (is("shared") && makes_context);
        slots[i] = unseen ? find_unseen(handle, names[i]) : dlsym(handle, names[i]);
        demand(slots[i] != NULL, names[i]);
    }
}

static SSL_CTX *new_context(void)
{
    char anchors[4096];
    meet("context");
    /* SSL_CTX_new() itself calls SSL_CTX_new_ex() where it can be seen. */
    SSL_CTX *ctx = is("unseen") || is("shared") ? functions.SSL_CTX_new_ex(NULL, NULL, functions.TLS_client_method())
                                                : functions.SSL_CTX_new(functions.TLS_client_method());
    demand(ctx != NULL, "SSL_CTX_new");
    snprintf(anchors, sizeof anchors, "%s/ca.pem", getenv("PKI"));
    demand(functions.SSL_CTX_load_verify_locations(ctx, anchors, NULL) == 1, "anchors");
    return ctx;
}

static int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    demand(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    return fd;
}

static bool talks(SSL_CTX *ctx, bool verifies)
{
    char name[] = "good.test", reply[4];
    int fd = dial(ports[verifies ? 0 : 1]);
    SSL *ssl = functions.SSL_new(ctx);
    functions.SSL_set_fd(ssl, fd);
    functions.SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name);
    functions.SSL_set_verify(ssl, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    if (verifies)
        functions.SSL_set1_host(ssl, name);
    if (verifies && !is("open") && !is("context"))
        pthread_barrier_wait(&start);
    bool done = functions.SSL_connect(ssl) == 1 && functions.SSL_write(ssl, "ping", 4) == 4 &&
                functions.SSL_read(ssl, reply, sizeof reply) == 4;
    functions.SSL_free(ssl);
    close(fd);
    return done;
}

static void *work(void *argument)
{
    (void)argument;
    meet("open");
    find_functions();
    SSL_CTX *ctx = shared != NULL ? shared : new_context();
    passed += talks(ctx, true);
    blocked += !talks(ctx, false);
    if (ctx != shared)
        functions.SSL_CTX_free(ctx);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    demand(argc == 4, "arguments");
    where = argv[1];
    ports[0] = atoi(argv[2]);
    ports[1] = atoi(argv[3]);
    pthread_barrier_init(&start, NULL, THREADS);
    if (is("shared")) {
        find_functions();
        shared = new_context();
    }
    for (int i = 0; i < THREADS; i++)
        demand(pthread_create(&threads[i], NULL, work, NULL) == 0, "thread");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("passed=%d\nblocked=%d\n", atomic_load(&passed), atomic_load(&blocked));
    return 0;
}
