/*
 * surroundings WAY LEAF: a client that did something to its process before its first handshake.
 */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct server *server;
static SSL_CTX *context;

static void run_as(const char *name)
{
    SSL *ssl = client_new(context, server, name);
    client_run(ssl);
    client_free(ssl);
}

static void run(void)
{
    run_as("good.test");
}

static void no_sni(void)
{
    run_as(NULL);
}

/* By a name that is looked up, and told to nobody else. */
static void run_by_name(const char *name)
{
    SSL *ssl = SSL_new(context);
    demand(SSL_set_fd(ssl, dial_name(server, name)) == 1);
    client_run(ssl);
    client_free(ssl);
}

static void short_name(void)
{
    run_by_name("good");
}

static void long_name(void)
{
    run_by_name("good.test");
}

/* With the logs of certificate transparency (RFC 6962) that are the default ones. */
static void transparency(void)
{
    demand(SSL_CTX_set_default_ctlog_list_file(context) == 1);
    demand(SSL_CTX_enable_ct(context, SSL_CT_VALIDATION_PERMISSIVE) == 1);
    run();
}

/* As a program trusts what its host trusts. */
static void default_anchors(void)
{
    demand(SSL_CTX_set_default_verify_paths(context) == 1);
    run();
}

/* A context as a part of OpenSSL's configuration says. */
static void configured(void)
{
    demand(SSL_CTX_config(context, "clients") == 1);
    run();
}

static void configured_demanded(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    configured();
}

static void default_anchors_demanded(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    default_anchors();
}

static void descriptors_closed(void)
{
    int fd = dial(server);
    for (int other = 3; other < 256; other++)
        if (other != fd && lseek(other, 0, SEEK_CUR) >= 0) /* the server's sockets are not to seek in */
            close(other);
    SSL *ssl = SSL_new(context);
    demand(SSL_set_fd(ssl, fd) == 1 && SSL_set_tlsext_host_name(ssl, "good.test") == 1);
    client_run(ssl);
    client_free(ssl);
}

/* As in a daemon that closed its standard error and opened another file, which got the number 2. */
static void data_as_stderr(void)
{
    static const char path[] = "data";
    char content[256] = "";
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    demand(dup2(fd, STDERR_FILENO) == STDERR_FILENO);
    close(fd);
    demand(write(STDERR_FILENO, "data", 4) == 4);
    run();
    int again = open(path, O_RDONLY);
    demand(read(again, content, sizeof content - 1) > 0);
    close(again);
    say("data", "%s", content);
}

static void other_root(void)
{
    char directory[] = "/tmp/tlsward-root-XXXXXX";
    if (geteuid() != 0) {
        say("skip", "only root may change its root directory");
        return;
    }
    demand(mkdtemp(directory) != NULL && chdir(directory) == 0 && rmdir(directory) == 0 && chroot(".") == 0);
    run();
}

static void environment_overwritten(void)
{
    for (char **variable = environ; *variable != NULL; variable++)
        memset(*variable, 'x', strlen(*variable));
    environ = NULL;
    run();
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { INSTRUMENTED = 1 };
#else
enum { INSTRUMENTED = 0 };
#endif

static void *connect_in_thread(void *ssl)
{
    static int connected;
    connected = SSL_connect(ssl);
    return &connected;
}

/* OpenSSL alone needs three quarters of it. */
enum { SMALL_STACK = 24 * 1024 };

static void small_stack(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *connected;
    if (INSTRUMENTED) {
        say("skip", "a sanitizer's code needs more");
        return;
    }
    SSL *ssl = client_new(context, server, "good.test");
    demand(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, SMALL_STACK) == 0);
    demand(pthread_create(&thread, &attributes, connect_in_thread, ssl) == 0);
    demand(pthread_join(thread, &connected) == 0 && connected != PTHREAD_CANCELED);
    client_tell(ssl, *(int *)connected);
    client_free(ssl);
}

static void *make_context(void *argument)
{
    pthread_cancel(pthread_self());
    SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
    return argument; /* cancelled nowhere on the way */
}

/* What asks for a new context is no cancellation point, not even where a changed policy is read meanwhile. */
static void cancel_pending(void)
{
    const char *policy = getenv("TLSWARD_POLICY");
    pthread_t thread;
    void *result;
    demand(policy == NULL || utimensat(AT_FDCWD, policy, NULL, 0) == 0);
    sleep(1);
    demand(pthread_create(&thread, NULL, make_context, NULL) == 0 && pthread_join(thread, &result) == 0);
    say("cancelled", "%d", result == PTHREAD_CANCELED);
    run();
}

/* One handshake per line of input: the runner changes files in between. */
static void on_demand(void)
{
    char line[16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        run();
        puts("done");
        fflush(stdout);
    }
}

static const char kill_switch[] = "/etc/tlsward/off";

/* Longer than the second within which nobody looks at files again. */
static void wait_for_a_look(void)
{
    sleep(2);
}

static void switch_off(void)
{
    close(open(kill_switch, O_WRONLY | O_CREAT, 0644));
    wait_for_a_look();
}

static void switch_on(void)
{
    demand(unlink(kill_switch) == 0);
    wait_for_a_look();
}

static void (*on_the_way)(void); /* once */

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    (void)value;
    if (where != SSL_CB_CONNECT_LOOP || on_the_way == NULL)
        return;
    void (*once)(void) = on_the_way;
    on_the_way = NULL;
    once();
}

static void switched_off_on_the_way(void)
{
    on_the_way = switch_off;
    SSL_CTX_set_info_callback(context, on_info);
    run();
}

/* The second connection resumes the session of the first, and begins while the library is switched off. */
static void switched_on_on_the_way(void)
{
    SSL *first = client_new(context, server, "good.test");
    client_run(first);
    SSL_SESSION *session = SSL_get1_session(first);
    client_free(first);
    switch_off();
    on_the_way = switch_on;
    SSL_CTX_set_info_callback(context, on_info);
    SSL *second = client_new(context, server, "good.test");
    demand(SSL_set_session(second, session) == 1);
    client_run(second);
    say("resumed", "%d", SSL_session_reused(second));
    SSL_SESSION_free(session);
    client_free(second);
}

static const struct scenario ways[] = {
    {"plain", run},
    {"no-sni", no_sni},
    {"short-name", short_name},
    {"long-name", long_name},
    {"transparency", transparency},
    {"default-anchors", default_anchors},
    {"default-anchors-demanded", default_anchors_demanded},
    {"configured", configured},
    {"configured-demanded", configured_demanded},
    {"descriptors-closed", descriptors_closed},
    {"data-as-stderr", data_as_stderr},
    {"other-root", other_root},
    {"environment-overwritten", environment_overwritten},
    {"on-demand", on_demand},
    {"small-stack", small_stack},
    {"cancel-pending", cancel_pending},
    {"switched-off-on-the-way", switched_off_on_the_way},
    {"switched-on-on-the-way", switched_on_on_the_way},
};

int main(int argc, char **argv)
{
    demand(argc == 3);
    struct server_report report = run_with_server(ways, sizeof ways / sizeof ways[0], argv + 1, &server, &context);
    say("received", "%zu", report.received);
    return 0;
}
