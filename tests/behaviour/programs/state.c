/*
 * state HOOK LEAF: calls one hooked function and says which part of the thread's state is another one afterwards:
 * errno, the error queue, the locale, the floating-point rounding, signal mask and pending signals, descriptors.
 */
#include "support.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fenv.h>
#include <locale.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/x509v3.h>

static SSL_CTX *context;
static struct server *server;
static SSL *fresh, *connected;
static X509 *certificate;

struct state {
    int error;
    const char *locale;
    int rounding;
    sigset_t blocked, pending;
    int descriptors;
};

/* Without sockets, which the server's threads open and close meanwhile. */
static int count_descriptors(void)
{
    int count = 0;
    char target[64];
    DIR *directory = opendir("/proc/self/fd");
    demand(directory != NULL);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target);
        count += length > 7 && strncmp(target, "socket:", 7) != 0;
    }
    closedir(directory);
    return count;
}

static struct state state_now(void)
{
    struct state state = {.error = errno, .locale = setlocale(LC_ALL, NULL), .rounding = fegetround()};
    pthread_sigmask(SIG_BLOCK, NULL, &state.blocked);
    sigpending(&state.pending);
    return state;
}

/* What was on the queue before comes off it again in order, and nothing else. */
static void say_queue(void)
{
    char text[1024] = "";
    unsigned long error;
    const char *data;
    int flags;
    while ((error = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, " %d/%d/%s", ERR_GET_LIB(error), ERR_GET_REASON(error),
                 (flags & ERR_TXT_STRING) != 0 ? data : "");
    }
    say("queue", "%s", text);
}

static int do_nothing_with(int ok, X509_STORE_CTX *ctx)
{
    (void)ctx;
    return ok;
}

static void call_context_new(void)
{
    SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
}

static void call_context_new_ex(void)
{
    SSL_CTX_free(SSL_CTX_new_ex(NULL, NULL, TLS_client_method()));
}

static void call_context_new_failing(void)
{
    say("null", "%d", SSL_CTX_new(NULL) == NULL);
}

static void call_connect_tls(void)
{
    say("returned", "%d", SSL_connect(fresh));
}

static void call_first_handshake(void)
{
    say("returned", "%d", SSL_connect(connected));
}

static void call_do_handshake(void)
{
    SSL_set_connect_state(fresh);
    say("returned", "%d", SSL_do_handshake(fresh));
}

static void call_implicit_handshake(void)
{
    SSL_set_connect_state(fresh);
    say("returned", "%d", SSL_write(fresh, "ping", 4));
}

static void call_set_connect_state(void)
{
    SSL_set_connect_state(fresh);
}

static void call_new_ssl_connect(void)
{
    BIO_free_all(BIO_new_ssl_connect(context));
}

static void call_set_session(void)
{
    say("returned", "%d", SSL_set_session(fresh, SSL_get_session(connected)));
}

static void call_set_shutdown(void)
{
    SSL_set_shutdown(fresh, 0);
    SSL_set_shutdown(connected, SSL_RECEIVED_SHUTDOWN);
    say("shutdown", "%d%d", SSL_get_shutdown(fresh), SSL_get_shutdown(connected));
}

static void call_copy_session(void)
{
    say("returned", "%d", SSL_copy_session_id(fresh, connected));
}

static void call_write_early_data(void)
{
    size_t written = 0;
    SSL_set_connect_state(fresh);
    say("returned", "%d", SSL_write_early_data(fresh, "ping", 4, &written));
}

static void call_info_setters(void)
{
    SSL_CTX_set_info_callback(context, SSL_CTX_get_info_callback(context));
    SSL_set_info_callback(fresh, SSL_get_info_callback(fresh));
}

static void call_cert_verify_setter(void)
{
    SSL_CTX_set_cert_verify_callback(context, NULL, NULL);
}

static void call_verify_setters(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, do_nothing_with);
    SSL_set_verify(fresh, SSL_VERIFY_NONE, NULL);
    say("mode", "%d", SSL_get_verify_mode(fresh));
}

static void call_host_setters(void)
{
    say("returned", "%d%d", SSL_set1_host(fresh, "a.test"), SSL_add1_host(fresh, "b.test"));
}

static void call_param_setters(void)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(fresh);
    const unsigned char address[4] = {127, 0, 0, 1};
    say("returned", "%d%d%d%d", X509_VERIFY_PARAM_set1_host(param, "a.test", 0),
        X509_VERIFY_PARAM_add1_host(param, "b.test", 6), X509_VERIFY_PARAM_set1_ip(param, address, 4),
        X509_VERIFY_PARAM_set1_ip_asc(param, "::1"));
}

static void call_verify_cert(void)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    demand(X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(context), certificate, NULL) == 1);
    say("returned", "%d %d", X509_verify_cert(ctx), X509_STORE_CTX_get_error(ctx));
    X509_STORE_CTX_free(ctx);
}

static void call_certificate_getters(void)
{
    X509 *first = SSL_get1_peer_certificate(connected);
    say("same", "%d", first == SSL_get0_peer_certificate(connected));
    X509_free(first);
    say("result", "%ld", SSL_get_verify_result(connected));
}

static void call_name_checks(void)
{
    const unsigned char address[4] = {127, 0, 0, 1};
    say("returned", "%d%d%d", X509_check_host(certificate, "good.test", 0, 0, NULL),
        X509_check_ip(certificate, address, 4, 0), X509_check_ip_asc(certificate, "127.0.0.1", 0));
}

static void call_getaddrinfo(void)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    say("returned", "%d", getaddrinfo("localhost", NULL, &hints, &found));
    freeaddrinfo(found);
}

static void call_getaddrinfo_failing(void)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST};
    say("returned", "%d", getaddrinfo("no.such.name.test", NULL, &hints, &found));
}

static void call_gethostbyname(void)
{
    char buffer[1024];
    struct hostent entry, *result = NULL;
    int error = 0;
    say("returned", "%d%d", gethostbyname("localhost") != NULL, gethostbyname2("localhost", AF_INET) != NULL);
    say("reentrant", "%d%d", gethostbyname_r("localhost", &entry, buffer, sizeof buffer, &result, &error),
        gethostbyname2_r("localhost", AF_INET, &entry, buffer, sizeof buffer, &result, &error));
    say("too-small", "%d", gethostbyname_r("localhost", &entry, buffer, 1, &result, &error));
}

static void call_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    say("bad-descriptor", "%d", connect(-1, (struct sockaddr *)&address, sizeof address));
    say("refused", "%d", connect(fd, (struct sockaddr *)&address, sizeof address));
    say("errno", "%d", errno);
    close(fd);
}

static void flush(SSL *ssl, int fd)
{
    char data[16384];
    int length;
    while ((length = BIO_read(SSL_get_wbio(ssl), data, sizeof data)) > 0)
        demand(write(fd, data, (size_t)length) == length);
}

static int changed; /* what errno was in a callback, all values in one */

static void note_in_info(const SSL *ssl, int where, int value)
{
    changed |= errno;
    (void)ssl, (void)where, (void)value;
}

static int note_in_verification(int ok, X509_STORE_CTX *ctx)
{
    changed |= errno;
    return do_nothing_with(ok, ctx);
}

/*
 * libssl sets errno to 0 before it moves bytes, and moves none itself here: 0 is what its callbacks must find. Which
 * connection is behind the SSL is looked for at the start and, as there are two, again at the end; a closed one is
 * come by.
 */
static void call_memory_handshake(void)
{
    char data[16384];
    ssize_t length;
    int returned, fd = dial(server), other = dial(server);
    client_free(fresh);
    SSL *ssl = SSL_new(context);
    SSL_set_tlsext_host_name(ssl, "good.test");
    SSL_set_read_ahead(ssl, 1); /* or most steps begin with moving bytes */
    SSL_set_info_callback(ssl, note_in_info);
    SSL_set_verify(ssl, SSL_VERIFY_NONE, note_in_verification);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    while ((returned = SSL_connect(ssl)) != 1) {
        flush(ssl, fd);
        demand((length = read(fd, data, sizeof data)) > 0);
        demand(BIO_write(SSL_get_rbio(ssl), data, (int)length) == length);
    }
    flush(ssl, fd);
    say("returned", "%d", returned);
    say("changed", "%d", changed);
    SSL_free(ssl);
    close(fd);
    close(other);
    fresh = client_new(context, server, "good.test");
}

static void call_look_up_setters(void)
{
    X509_STORE *store = X509_STORE_new();
    X509_LOOKUP_METHOD *method = X509_LOOKUP_meth_new("test");
    say("added", "%d%d", X509_STORE_add_lookup(store, X509_LOOKUP_file()) != NULL,
        X509_STORE_add_lookup(store, method) != NULL);
    say("loaded", "%d%d", X509_STORE_load_store(store, "file:/nonexistent"),
        X509_STORE_load_store_ex(store, "other:nothing", NULL, NULL));
    X509_STORE_free(store);
    X509_LOOKUP_meth_free(method);
}

static void call_dane_record(void)
{
    static const unsigned char digest[32] = "any";
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    demand(SSL_CTX_dane_enable(ctx) == 1);
    SSL *ssl = SSL_new(ctx);
    demand(SSL_dane_enable(ssl, "good.test") == 1);
    say("added", "%d", SSL_dane_tlsa_add(ssl, 3, 1, 1, digest, sizeof digest));
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

static const struct scenario hooks[] = {
    {"SSL_CTX_new", call_context_new},
    {"SSL_CTX_new_ex", call_context_new_ex},
    {"SSL_CTX_new-failing", call_context_new_failing},
    {"SSL_connect", call_connect_tls},
    {"first-handshake", call_first_handshake},
    {"SSL_do_handshake", call_do_handshake},
    {"implicit-handshake", call_implicit_handshake},
    {"SSL_set_connect_state", call_set_connect_state},
    {"BIO_new_ssl_connect", call_new_ssl_connect},
    {"SSL_set_session", call_set_session},
    {"SSL_set_shutdown", call_set_shutdown},
    {"SSL_copy_session_id", call_copy_session},
    {"SSL_write_early_data", call_write_early_data},
    {"info-callbacks", call_info_setters},
    {"SSL_CTX_set_cert_verify_callback", call_cert_verify_setter},
    {"verify-modes", call_verify_setters},
    {"hosts", call_host_setters},
    {"params", call_param_setters},
    {"X509_verify_cert", call_verify_cert},
    {"look-ups", call_look_up_setters},
    {"SSL_dane_tlsa_add", call_dane_record},
    {"peer-certificate", call_certificate_getters},
    {"name-checks", call_name_checks},
    {"getaddrinfo", call_getaddrinfo},
    {"getaddrinfo-failing", call_getaddrinfo_failing},
    {"gethostbyname", call_gethostbyname},
    {"connect", call_connect},
    {"memory-handshake", call_memory_handshake},
};

static void prepare(bool connects)
{
    context = SSL_CTX_new(TLS_client_method());
    connected = client_new(context, server, "good.test");
    demand(!connects || SSL_connect(connected) == 1);
    certificate = SSL_get1_peer_certificate(connected);
    fresh = client_new(context, server, "good.test");
}

static void say_changes(const struct state *before, const struct state *after)
{
    say("errno", "%d", after->error);
    say("locale", "%s", after->locale);
    say("rounding", "%d", after->rounding == before->rounding);
    say("mask", "%d", memcmp(&before->blocked, &after->blocked, sizeof before->blocked));
    say("pending", "%d", memcmp(&before->pending, &after->pending, sizeof before->pending));
    say("descriptors", "%d", after->descriptors - before->descriptors);
    say_queue();
}

static void prepare_state(void)
{
    ERR_clear_error();
    ERR_raise_data(ERR_LIB_USER, 7, "the program's");
    ERR_raise(ERR_LIB_USER, 8);
    fesetround(FE_UPWARD);
}

static void call(const char *hook)
{
    prepare(strcmp(hook, "first-handshake") != 0);
    prepare_state();
    struct state before = state_now();
    before.descriptors = count_descriptors();
    errno = 4242;
    run_scenario(hooks, sizeof hooks / sizeof hooks[0], hook);
    struct state after = state_now();
    after.descriptors = count_descriptors();
    fesetround(FE_TONEAREST);
    say_changes(&before, &after);
}

int main(int argc, char **argv)
{
    demand(argc == 3);
    setlocale(LC_ALL, "");
    server = server_start(&(struct server_options){.leaf = argv[2], .threads = 2});
    call(argv[1]);
    X509_free(certificate);
    client_free(connected);
    client_free(fresh);
    server_stop(server);
    SSL_CTX_free(context);
    return 0;
}
