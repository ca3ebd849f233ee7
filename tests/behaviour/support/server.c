#include "support.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS_MAX = 8 };

struct server {
    SSL_CTX *ctx;
    int listener;
    int port;
    int threads;
    pthread_t thread[THREADS_MAX];
    pthread_mutex_t lock; /* of the report */
    struct server_report report;
    atomic_int dialled, served;
};

static void note_sni(struct server *server, const SSL *ssl)
{
    const char *sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    snprintf(server->report.sni, sizeof server->report.sni, "%s", sni != NULL ? sni : "-");
}

static void note_failure(struct server *server)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());
    snprintf(server->report.alert, sizeof server->report.alert, "%s", why != NULL ? why : "closed");
}

/* Of two clients, the one that comes first may start last: nothing is locked while a handshake goes on. */
static bool accept_tls(struct server *server, SSL *ssl)
{
    char early[1024];
    size_t length = 0, early_length = 0;
    int status = SSL_READ_EARLY_DATA_SUCCESS;
    while (SSL_get_max_early_data(ssl) > 0 && status == SSL_READ_EARLY_DATA_SUCCESS) {
        status = SSL_read_early_data(ssl, early, sizeof early, &length);
        early_length += length;
    }
    bool accepted = status != SSL_READ_EARLY_DATA_ERROR && SSL_accept(ssl) == 1;
    pthread_mutex_lock(&server->lock);
    server->report.early += early_length;
    note_sni(server, ssl);
    if (accepted) {
        server->report.handshakes++;
        server->report.resumed += SSL_session_reused(ssl);
    } else {
        note_failure(server);
    }
    pthread_mutex_unlock(&server->lock);
    return accepted;
}

static void serve(struct server *server, int fd)
{
    char data[1024];
    int length;
    SSL *ssl = SSL_new(server->ctx);
    demand(ssl != NULL && SSL_set_fd(ssl, fd) == 1);
    ERR_clear_error();
    bool accepted = accept_tls(server, ssl);
    while (accepted && (length = SSL_read(ssl, data, sizeof data)) > 0) {
        pthread_mutex_lock(&server->lock);
        server->report.received += (size_t)length;
        pthread_mutex_unlock(&server->lock);
        SSL_write(ssl, "pong", 4);
    }
    if (accepted)
        SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
    atomic_fetch_add(&server->served, 1);
}

static void *serve_all(void *argument)
{
    struct server *server = argument;
    for (int fd; (fd = accept(server->listener, NULL, NULL)) >= 0;)
        serve(server, fd);
    return NULL;
}

static SSL_CTX *server_context(const struct server_options *options)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    demand(ctx != NULL);
    if (options->version != 0)
        demand(SSL_CTX_set_min_proto_version(ctx, options->version) == 1 &&
               SSL_CTX_set_max_proto_version(ctx, options->version) == 1);
    SSL_CTX_set_security_level(ctx, 0);
    if (options->leaf != NULL)
        demand(SSL_CTX_use_certificate_chain_file(ctx, pki_file(options->leaf)) == 1 &&
               SSL_CTX_use_PrivateKey_file(ctx, pki_file(options->leaf), SSL_FILETYPE_PEM) == 1);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"test", 4);
    if (options->configure != NULL)
        options->configure(ctx);
    return ctx;
}

static void start_listening(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    demand(server->listener >= 0 && bind(server->listener, (struct sockaddr *)&address, length) == 0 &&
           listen(server->listener, 256) == 0 &&
           getsockname(server->listener, (struct sockaddr *)&address, &length) == 0);
    server->port = ntohs(address.sin_port);
}

struct server *server_start(const struct server_options *options)
{
    struct server *server = calloc(1, sizeof *server);
    signal(SIGPIPE, SIG_IGN); /* a blocked client is gone before its server has answered */
    demand(server != NULL && pthread_mutex_init(&server->lock, NULL) == 0);
    strcpy(server->report.sni, "-");
    strcpy(server->report.alert, "-");
    server->ctx = server_context(options);
    start_listening(server);
    server->threads = options->threads > 0 ? options->threads : 1;
    for (int i = 0; i < server->threads; i++)
        demand(pthread_create(&server->thread[i], NULL, serve_all, server) == 0);
    return server;
}

static void serve_elsewhere(const struct server_options *options, int answer)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct server *server = server_start(options);
    demand(write(answer, &server->port, sizeof server->port) == sizeof server->port);
    for (;;)
        pause();
}

struct server *server_start_elsewhere(const struct server_options *options)
{
    int answer[2];
    struct server *server = calloc(1, sizeof *server);
    demand(server != NULL && pipe(answer) == 0);
    pid_t process = fork();
    demand(process >= 0);
    if (process == 0)
        serve_elsewhere(options, answer[1]);
    demand(read(answer[0], &server->port, sizeof server->port) == sizeof server->port);
    close(answer[0]);
    close(answer[1]);
    return server;
}

struct server_report server_stop(struct server *server)
{
    while (atomic_load(&server->served) < atomic_load(&server->dialled))
        usleep(500);
    shutdown(server->listener, SHUT_RDWR);
    for (int i = 0; i < server->threads; i++)
        pthread_join(server->thread[i], NULL);
    struct server_report report = server->report;
    close(server->listener);
    SSL_CTX_free(server->ctx);
    pthread_mutex_destroy(&server->lock);
    free(server);
    return report;
}

void say_server(const struct server_report *report)
{
    say("received", "%zu", report->received);
    say("sni", "%s", report->sni);
    say("alert", "%s", report->alert);
}

struct local_connection {
    struct server *server;
    int fd;
};

static void *serve_local(void *argument)
{
    struct local_connection connection = *(struct local_connection *)argument;
    free(argument);
    serve(connection.server, connection.fd);
    return NULL;
}

int dial_local(struct server *server)
{
    int pair[2];
    pthread_t thread;
    struct local_connection *connection = calloc(1, sizeof *connection);
    demand(connection != NULL && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    *connection = (struct local_connection){server, pair[1]};
    server_expect(server);
    demand(pthread_create(&thread, NULL, serve_local, connection) == 0 && pthread_detach(thread) == 0);
    return pair[0];
}

int server_port(const struct server *server)
{
    return server->port;
}

void server_expect(struct server *server)
{
    atomic_fetch_add(&server->dialled, 1);
}

static int dial_address(struct server *server, const struct sockaddr *address, socklen_t length)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    demand(fd >= 0);
    demand(connect(fd, address, length) == 0);
    server_expect(server);
    return fd;
}

int dial(struct server *server)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)server->port)};
    return dial_address(server, (struct sockaddr *)&address, sizeof address);
}

int dial_name(struct server *server, const char *name)
{
    char port[16];
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    snprintf(port, sizeof port, "%d", server->port);
    demand(getaddrinfo(name, port, &hints, &found) == 0);
    int fd = dial_address(server, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return fd;
}
