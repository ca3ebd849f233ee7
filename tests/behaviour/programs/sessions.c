/*
 * sessions SCENARIO KIND LEAF: a session from one connection is used for another. KIND is tls1.2-id, tls1.2-ticket
 * or tls1.3. What is said of the last connection counts.
 */
#include "support.h"

#include <string.h>
#include <unistd.h>

enum { EARLY_DATA_MAX = 1024 };

static SSL_CTX *context;
static struct server *server;
static const char *kind;

static bool is_tls13(void)
{
    return strcmp(kind, "tls1.3") == 0;
}

static void configure(SSL_CTX *ctx)
{
    if (strcmp(kind, "tls1.2-id") == 0)
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    if (is_tls13())
        SSL_CTX_set_max_early_data(ctx, EARLY_DATA_MAX);
    SSL_CTX_set_options(ctx, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
}

static struct server *start(const char *leaf)
{
    return server_start(&(struct server_options){
        .leaf = leaf, .version = is_tls13() ? TLS1_3_VERSION : TLS1_2_VERSION, .configure = configure, .threads = 2});
}

static void finish(SSL *ssl)
{
    say("reused", "%d", SSL_session_reused(ssl));
    client_free(ssl);
}

/* The session of a connection for this name. */
static SSL_SESSION *first_session(const char *name)
{
    SSL *ssl = client_new(context, server, name);
    client_run(ssl);
    SSL_SESSION *session = SSL_get1_session(ssl);
    demand(session != NULL);
    finish(ssl);
    return session;
}

static void connect_with(SSL_SESSION *session, const char *name)
{
    SSL *ssl = client_new(context, server, name);
    demand(SSL_set_session(ssl, session) == 1);
    SSL_SESSION_free(session);
    client_run(ssl);
    finish(ssl);
}

/* The first connection verifies with the program's own CA; the second is made with another context. */
static void other_context(int mode)
{
    SSL_CTX *careful = context;
    SSL_CTX_set_verify(careful, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_file(careful, pki_file("program-ca")) == 1);
    SSL_SESSION *session = first_session("good.test");
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, mode, NULL);
    connect_with(session, "good.test");
    SSL_CTX_free(careful);
}

static void other_context_that_verifies(void)
{
    other_context(SSL_VERIFY_PEER);
}

static void other_context_that_does_not(void)
{
    other_context(SSL_VERIFY_NONE);
}

static SSL_SESSION *through_file(SSL_SESSION *session)
{
    unsigned char bytes[16384], *end = bytes;
    const unsigned char *start = bytes;
    demand(i2d_SSL_SESSION(session, NULL) < (int)sizeof bytes);
    int length = i2d_SSL_SESSION(session, &end);
    SSL_SESSION_free(session);
    SSL_SESSION *read = d2i_SSL_SESSION(NULL, &start, length);
    demand(read != NULL);
    return read;
}

static void same_name(void)
{
    connect_with(first_session("good.test"), "good.test");
}

static void third_connection(void)
{
    SSL_SESSION *first = first_session("good.test");
    SSL *ssl = client_new(context, server, "good.test");
    demand(SSL_set_session(ssl, first) == 1);
    client_run(ssl);
    SSL_SESSION *second = SSL_get1_session(ssl);
    finish(ssl);
    SSL_SESSION_free(first);
    connect_with(second, "good.test");
}

static void other_name(void)
{
    connect_with(first_session("a.test"), "b.test");
}

static void other_name_of_bad_certificate(void)
{
    connect_with(first_session("good.test"), "another.test");
}

/* A rule switches tlsward off for off.test: a session from there is like one of another process. */
static SSL_SESSION *unverified_from_file(void)
{
    return through_file(first_session("off.test"));
}

static void from_file(void)
{
    connect_with(unverified_from_file(), "good.test");
}

static void serialised(void)
{
    connect_with(through_file(first_session("good.test")), "good.test");
}

static void serialised_for_other_name(void)
{
    connect_with(through_file(first_session("a.test")), "b.test");
}

static void unverified_origin(void)
{
    connect_with(first_session("off.test"), "good.test");
}

static void copied(void)
{
    SSL *first = client_new(context, server, "off.test");
    client_run(first);
    SSL *second = client_new(context, server, "good.test");
    demand(SSL_copy_session_id(second, first) == 1);
    client_run(second);
    finish(second);
    client_free(first);
}

static void say_early(SSL *ssl, SSL_SESSION *session)
{
    size_t written = 0;
    demand(SSL_set_session(ssl, session) == 1);
    say("early-accepted", "%d", SSL_write_early_data(ssl, "early", 5, &written));
    ERR_clear_error();
}

static void early_data(SSL_SESSION *session)
{
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_connect_state(ssl);
    say_early(ssl, session);
    SSL_SESSION_free(session);
    client_run(ssl);
    finish(ssl);
}

static void early_data_of_verified(void)
{
    early_data(first_session("good.test"));
}

static void early_data_of_file(void)
{
    early_data(unverified_from_file());
}

static void session_set_after_early_data(void)
{
    SSL_SESSION *session = unverified_from_file();
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_connect_state(ssl);
    say_early(ssl, session);
    demand(SSL_set_session(ssl, session) == 1);
    SSL_SESSION_free(session);
    client_run(ssl);
    finish(ssl);
}

static void replace_socket(SSL *ssl, struct server *next)
{
    int old = SSL_get_fd(ssl);
    demand(SSL_clear(ssl) == 1 && SSL_set_fd(ssl, dial(next)) == 1);
    close(old);
}

static void cleared_and_resumed(void)
{
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    SSL_shutdown(ssl);
    replace_socket(ssl, server);
    client_run(ssl);
    finish(ssl);
}

static void cleared_after_block(void)
{
    struct server *good = start("good");
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    say("blocked", "%d", SSL_get_verify_result(ssl) != X509_V_OK);
    replace_socket(ssl, good);
    client_run(ssl);
    say("mode", "%d", SSL_get_verify_mode(ssl));
    finish(ssl);
    struct server_report report = server_stop(good);
    say("second-received", "%zu", report.received);
}

static int infos;

static void count_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    (void)value;
    infos += where == SSL_CB_HANDSHAKE_START;
}

static void duplicated(void)
{
    SSL *original = SSL_new(context);
    SSL_set_connect_state(original);
    SSL_set_info_callback(original, count_info);
    SSL_set_verify(original, SSL_VERIFY_NONE, NULL);
    SSL_set_tlsext_host_name(original, "good.test");
    SSL *ssl = SSL_dup(original);
    demand(ssl != NULL && ssl != original && SSL_set_fd(ssl, dial(server)) == 1);
    SSL_set_tlsext_host_name(ssl, "good.test");
    say("same-callback", "%d", SSL_get_info_callback(ssl) == count_info);
    client_run(ssl);
    say("infos", "%d", infos > 0);
    finish(ssl);
    SSL_free(original);
}

static void duplicated_after_block(void)
{
    SSL *original = client_new(context, server, "good.test");
    SSL_set_connect_state(original);
    client_run(original);
    int old = SSL_get_fd(original);
    demand(SSL_clear(original) == 1);
    SSL *ssl = SSL_dup(original);
    demand(ssl != NULL && ssl != original);
    say("mode", "%d", SSL_get_verify_mode(ssl));
    struct server *good = start("good");
    demand(SSL_set_fd(ssl, dial(good)) == 1);
    SSL_set_tlsext_host_name(ssl, "good.test");
    client_run(ssl);
    say("mode-after", "%d", SSL_get_verify_mode(ssl));
    finish(ssl);
    SSL_free(original);
    close(old);
    server_stop(good);
}

static void renegotiated(void)
{
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    demand(SSL_renegotiate_abbreviated(ssl) == 1);
    client_tell(ssl, SSL_do_handshake(ssl));
    finish(ssl);
}

static const struct scenario scenarios[] = {
    {"same-name", same_name},
    {"third-connection", third_connection},
    {"other-name", other_name},
    {"other-name-of-bad-certificate", other_name_of_bad_certificate},
    {"other-context-that-verifies", other_context_that_verifies},
    {"other-context-that-does-not", other_context_that_does_not},
    {"from-file", from_file},
    {"serialised", serialised},
    {"serialised-for-other-name", serialised_for_other_name},
    {"unverified-origin", unverified_origin},
    {"copied", copied},
    {"early-data-of-verified", early_data_of_verified},
    {"early-data-of-file", early_data_of_file},
    {"session-set-after-early-data", session_set_after_early_data},
    {"cleared-and-resumed", cleared_and_resumed},
    {"cleared-after-block", cleared_after_block},
    {"duplicated", duplicated},
    {"duplicated-after-block", duplicated_after_block},
    {"renegotiated", renegotiated},
};

int main(int argc, char **argv)
{
    demand(argc == 4);
    kind = argv[2];
    server = start(argv[3]);
    context = SSL_CTX_new(TLS_client_method());
    run_scenario(scenarios, sizeof scenarios / sizeof scenarios[0], argv[1]);
    struct server_report report = server_stop(server);
    say_server(&report);
    say("early", "%zu", report.early);
    say("resumed", "%d", report.resumed);
    SSL_CTX_free(context);
    return 0;
}
