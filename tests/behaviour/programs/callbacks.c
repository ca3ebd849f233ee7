/*
 * callbacks SCENARIO LEAF: a client that sets callbacks of its own, and says what they saw.
 */
#include "support.h"

#include <errno.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static SSL_CTX *context;
static struct server *server, *inner_server; /* each serves one handshake at a time */
static const char *leaf;
static char seen[4096];
static int argument_of_program;
static int index_of_program;

static void note(const char *format, int first, int second, int third)
{
    size_t used = strlen(seen);
    snprintf(seen + used, sizeof seen - used, format, first, second, third);
}

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    note(" %d/%d", where, value, 0);
}

static void on_other_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    note(" other:%d/%d", where, value, 0);
}

static int on_verify(int ok, X509_STORE_CTX *ctx)
{
    note(" %d/%d/%d", ok, X509_STORE_CTX_get_error(ctx), X509_STORE_CTX_get_error_depth(ctx));
    return ok;
}

static int on_certificate(X509_STORE_CTX *ctx, void *argument)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    int accepted = X509_verify_cert(ctx);
    note(" argument:%d connection:%d accepted:%d", argument == &argument_of_program, ssl != NULL, accepted);
    return accepted;
}

static int verifies_twice(X509_STORE_CTX *ctx, void *argument)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    X509_STORE_CTX *second = X509_STORE_CTX_new();
    demand(X509_STORE_CTX_init(second, X509_STORE_CTX_get0_store(ctx), X509_STORE_CTX_get0_cert(ctx), NULL) == 1);
    X509_STORE_CTX_set_ex_data(second, SSL_get_ex_data_X509_STORE_CTX_idx(), ssl);
    note(" second:%d", X509_verify_cert(second), 0, 0);
    X509_STORE_CTX_free(second);
    return on_certificate(ctx, argument);
}

static void run(SSL *ssl)
{
    client_run(ssl);
    say("mode", "%d", SSL_get_verify_mode(ssl));
    say("seen", "%s", seen);
    client_free(ssl);
}

static void info_on_context(void)
{
    SSL_CTX_set_info_callback(context, on_info);
    run(client_new(context, server, "good.test"));
}

static void info_on_connection(void)
{
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_info_callback(ssl, on_info);
    run(ssl);
}

static void info_on_both(void)
{
    SSL_CTX_set_info_callback(context, on_other_info);
    info_on_connection();
}

static void info_on_context_after_connection(void)
{
    SSL *ssl = client_new(context, server, "good.test");
    SSL_CTX_set_info_callback(context, on_info);
    run(ssl);
}

static void info_taken_back(void)
{
    SSL_CTX_set_info_callback(context, on_info);
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_info_callback(ssl, on_other_info);
    SSL_set_info_callback(ssl, NULL);
    run(ssl);
}

static void getters(void)
{
    say("context-before", "%d", SSL_CTX_get_info_callback(context) == NULL);
    SSL_CTX_set_info_callback(context, on_info);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, on_verify);
    SSL *ssl = client_new(context, server, "good.test");
    say("context", "%d", SSL_CTX_get_info_callback(context) == on_info);
    say("connection-before", "%d", SSL_get_info_callback(ssl) == NULL);
    SSL_set_info_callback(ssl, on_other_info);
    say("connection", "%d", SSL_get_info_callback(ssl) == on_other_info);
    say("verify", "%d", SSL_get_verify_callback(ssl) == on_verify);
    run(ssl);
    say("context-after", "%d", SSL_CTX_get_info_callback(context) == on_info);
    say("context-verify-after", "%d", SSL_CTX_get_verify_callback(context) == on_verify);
}

static void getters_after_block(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, on_verify);
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    say("mode", "%d", SSL_get_verify_mode(ssl));
    say("verify", "%d", SSL_get_verify_callback(ssl) == on_verify);
    say("context-mode", "%d", SSL_CTX_get_verify_mode(context));
    client_free(ssl);
}

static void demand_ca(int mode, SSL_verify_cb callback)
{
    demand(SSL_CTX_load_verify_file(context, pki_file("ca")) == 1);
    SSL_CTX_set_verify(context, mode, callback);
}

static void cert_verify(void)
{
    demand_ca(SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, on_certificate, &argument_of_program);
    run(client_new(context, server, "good.test"));
}

static void cert_verify_none(void)
{
    SSL_CTX_set_cert_verify_callback(context, on_certificate, &argument_of_program);
    run(client_new(context, server, "good.test"));
}

static void cert_verify_taken_back(void)
{
    demand_ca(SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_cert_verify_callback(context, on_certificate, &argument_of_program);
    SSL_CTX_set_cert_verify_callback(context, NULL, NULL);
    run(client_new(context, server, "good.test"));
}

static void cert_verify_twice(void)
{
    demand_ca(SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, verifies_twice, &argument_of_program);
    run(client_new(context, server, "good.test"));
}

/* As the signer of what was fetched: of another certificate, and where the verify callback finds the connection. */
static void verifies_later(void)
{
    BIO *file = BIO_new_file(pki_file("wrong-host"), "r");
    X509 *signer = PEM_read_bio_X509(file, NULL, NULL, NULL);
    X509_STORE_CTX *later = X509_STORE_CTX_new();
    demand_ca(SSL_VERIFY_PEER, on_verify);
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    demand(X509_STORE_CTX_init(later, SSL_CTX_get_cert_store(context), signer, NULL) == 1);
    X509_STORE_CTX_set_ex_data(later, SSL_get_ex_data_X509_STORE_CTX_idx(), ssl);
    say("later", "%d", X509_verify_cert(later));
    say("later-error", "%d", X509_STORE_CTX_get_error(later));
    X509_STORE_CTX_free(later);
    X509_free(signer);
    BIO_free(file);
    client_free(ssl);
}

static void verify_peer(void)
{
    demand_ca(SSL_VERIFY_PEER, on_verify);
    run(client_new(context, server, "good.test"));
}

static void verify_none(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, on_verify);
    run(client_new(context, server, "good.test"));
}

static void verify_on_connection(void)
{
    demand_ca(SSL_VERIFY_NONE, NULL);
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_verify(ssl, SSL_VERIFY_PEER, on_verify);
    demand(SSL_set1_host(ssl, "good.test") == 1);
    run(ssl);
}

static int retries;

static int retry_once(X509_STORE_CTX *ctx, void *argument)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    (void)argument;
    return retries++ == 0 ? SSL_set_retry_verify(ssl) : 1;
}

static void retry(SSL *ssl)
{
    int connected = SSL_connect(ssl);
    say("first", "%d want:%d", connected, SSL_want(ssl) == SSL_RETRY_VERIFY);
    client_tell(ssl, SSL_connect(ssl));
    say("retries", "%d", retries);
    client_free(ssl);
}

static void retry_verify(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, retry_once, NULL);
    retry(client_new(context, server, "good.test"));
}

static int retry_and_fail(X509_STORE_CTX *ctx, void *argument)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    (void)argument;
    SSL_set_retry_verify(ssl);
    return 0;
}

/* libssl takes a failure for one, whatever SSL_want() says: under SSL_VERIFY_NONE the handshake goes on. */
static void retry_refused(void)
{
    SSL_CTX_set_cert_verify_callback(context, retry_and_fail, NULL);
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    client_free(ssl);
}

/* As Qt does: it asks for one index and writes to the one after it as well. */
static void index_after_own(void)
{
    SSL *ssl = client_new(context, server, "good.test");
    demand(SSL_set_ex_data(ssl, index_of_program + 1, seen) == 1);
    client_run(ssl);
    say("data", "%d", SSL_get_ex_data(ssl, index_of_program + 1) == seen);
    client_free(ssl);
}

/* A handshake within a callback of another one, once, with a peer of another name. */
static void connect_within(void)
{
    static bool connected_once;
    if (connected_once)
        return;
    connected_once = true;
    SSL *inner = client_new(context, inner_server, "inner.test");
    note(" inner:%d", SSL_connect(inner) == 1, 0, 0);
    ERR_clear_error();
    client_free(inner);
}

static int verify_after_connecting(int ok, X509_STORE_CTX *ctx)
{
    (void)ctx;
    connect_within();
    return ok;
}

static int verify_certificate_after_connecting(X509_STORE_CTX *ctx, void *argument)
{
    connect_within();
    return on_certificate(ctx, argument);
}

static void inform_after_connecting(const SSL *ssl, int where, int value)
{
    (void)ssl;
    (void)value;
    if (where == SSL_CB_HANDSHAKE_START || where == SSL_CB_HANDSHAKE_DONE)
        connect_within();
}

static int keep_session_after_connecting(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    (void)session;
    connect_within();
    return 0;
}

static void within_verify(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, verify_after_connecting);
    run(client_new(context, server, "good.test"));
}

static void within_cert_verify(void)
{
    SSL_CTX_set_cert_verify_callback(context, verify_certificate_after_connecting, &argument_of_program);
    run(client_new(context, server, "good.test"));
}

static void within_info(void)
{
    SSL_CTX_set_info_callback(context, inform_after_connecting);
    run(client_new(context, server, "good.test"));
}

static void within_new_session(void)
{
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(context, keep_session_after_connecting);
    run(client_new(context, server, "good.test"));
}

/* Two handshakes in coroutines that take turns while the program verifies: the first that began is the first done. */
static struct {
    ucontext_t state;
    SSL *ssl;
    int connected;
} turns[2];
static ucontext_t between_turns;
static int whose_turn;

static int verify_certificate_in_turn(X509_STORE_CTX *ctx, void *argument)
{
    swapcontext(&turns[whose_turn].state, &between_turns);
    return on_certificate(ctx, argument);
}

static void take_turn(void)
{
    turns[whose_turn].connected = SSL_connect(turns[whose_turn].ssl);
    swapcontext(&turns[whose_turn].state, &between_turns);
}

static void give_turn(int turn)
{
    whose_turn = turn;
    swapcontext(&between_turns, &turns[turn].state);
}

static void start_turn(int turn, SSL *ssl)
{
    enum { STACK_SIZE = 1024 * 1024 };
    SSL_CTX_set_cert_verify_callback(context, verify_certificate_in_turn, &argument_of_program);
    getcontext(&turns[turn].state);
    turns[turn].state.uc_stack.ss_sp = malloc(STACK_SIZE);
    turns[turn].state.uc_stack.ss_size = STACK_SIZE;
    turns[turn].ssl = ssl;
    makecontext(&turns[turn].state, take_turn, 0);
    give_turn(turn);
}

static void end_turn(int turn)
{
    note(" connected:%d", turns[turn].connected == 1, 0, 0);
    client_free(turns[turn].ssl);
    free(turns[turn].state.uc_stack.ss_sp);
}

static bool sanitizer_objects(void)
{
#ifdef __SANITIZE_ADDRESS__
    say("skip", "%s", "the sanitizer warns of stacks that it does not know");
    return true;
#else
    return false;
#endif
}

static void take_turns(void)
{
    if (sanitizer_objects())
        return;
    start_turn(0, client_new(context, server, "good.test"));
    start_turn(1, client_new(context, inner_server, "inner.test"));
    give_turn(0);
    give_turn(1);
    end_turn(0);
    end_turn(1);
    ERR_clear_error();
    say("seen", "%s", seen);
}

static void *give_turn_elsewhere(void *argument)
{
    (void)argument;
    errno = 0;
    give_turn(0);
    return NULL;
}

/* The second half of a handshake runs in another thread than the first. */
static bool thread_sanitizer_objects(void)
{
#ifdef __SANITIZE_THREAD__
    say("skip", "%s", "the sanitizer counts calls and returns by threads");
    return true;
#else
    return false;
#endif
}

static void move_to_thread(void)
{
    pthread_t thread;
    if (sanitizer_objects() || thread_sanitizer_objects())
        return;
    start_turn(0, client_new(context, server, "good.test"));
    errno = EXDEV;
    demand(pthread_create(&thread, NULL, give_turn_elsewhere, NULL) == 0 && pthread_join(thread, NULL) == 0);
    say("errno-kept", "%d", errno == EXDEV);
    end_turn(0);
    ERR_clear_error();
    say("seen", "%s", seen);
}

static const struct scenario scenarios[] = {
    {"info-on-context", info_on_context},
    {"info-on-connection", info_on_connection},
    {"info-on-both", info_on_both},
    {"info-on-context-after-SSL_new", info_on_context_after_connection},
    {"info-taken-back", info_taken_back},
    {"getters", getters},
    {"getters-after-block", getters_after_block},
    {"cert-verify", cert_verify},
    {"cert-verify-none", cert_verify_none},
    {"cert-verify-taken-back", cert_verify_taken_back},
    {"cert-verify-twice", cert_verify_twice},
    {"verifies-later", verifies_later},
    {"verify-peer", verify_peer},
    {"verify-none", verify_none},
    {"verify-on-connection", verify_on_connection},
    {"retry-verify", retry_verify},
    {"retry-refused", retry_refused},
    {"index-after-own", index_after_own},
    {"within-verify", within_verify},
    {"within-cert-verify", within_cert_verify},
    {"within-info", within_info},
    {"within-new-session", within_new_session},
    {"take-turns", take_turns},
    {"move-to-thread", move_to_thread},
};

int main(int argc, char **argv)
{
    demand(argc == 3);
    leaf = argv[2];
    index_of_program = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    server = server_start(&(struct server_options){.leaf = leaf});
    context = SSL_CTX_new(TLS_client_method());
    inner_server = server_start(&(struct server_options){.leaf = leaf});
    run_scenario(scenarios, sizeof scenarios / sizeof scenarios[0], argv[1]);
    server_stop(inner_server);
    struct server_report report = server_stop(server);
    say("received", "%zu", report.received);
    say("alert", "%s", report.alert);
    SSL_CTX_free(context);
    return 0;
}
