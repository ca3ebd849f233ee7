/*
 * names SOURCE LEAF: a client that says in one of several ways whom it means to talk to.
 */
#include "support.h"

#include <string.h>
#include <unistd.h>

static SSL_CTX *context;
static struct server *server;

static SSL *without_name(int fd)
{
    SSL *ssl = SSL_new(context);
    demand(ssl != NULL && SSL_set_fd(ssl, fd) == 1);
    return ssl;
}

static void run(SSL *ssl)
{
    client_run(ssl);
    say("reused", "%d", SSL_session_reused(ssl));
    client_free(ssl);
}

static void app(void)
{
    SSL *ssl = without_name(dial(server));
    demand(SSL_set1_host(ssl, "localhost") == 1);
    run(ssl);
}

static void app_with_other_sni(void)
{
    SSL *ssl = without_name(dial(server));
    demand(SSL_set1_host(ssl, "localhost") == 1 && SSL_set_tlsext_host_name(ssl, "front.test") == 1);
    run(ssl);
}

static void app_with_several(void)
{
    SSL *ssl = without_name(dial(server));
    demand(SSL_set1_host(ssl, "c.test") == 1 && SSL_add1_host(ssl, "b.test") == 1);
    run(ssl);
}

static void app_with(int count)
{
    char name[16];
    SSL *ssl = without_name(dial(server));
    for (int i = 1; i < count; i++) {
        snprintf(name, sizeof name, "%d.test", i);
        demand(SSL_add1_host(ssl, name) == 1 && SSL_add1_host(ssl, name) == 1);
    }
    demand(SSL_add1_host(ssl, "b.test") == 1);
    run(ssl);
}

static void app_with_eight(void)
{
    app_with(8);
}

static void app_with_nine(void)
{
    app_with(9);
}

static void app_address(void)
{
    SSL *ssl = without_name(dial_name(server, "localhost"));
    demand(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), "127.0.0.1") == 1);
    run(ssl);
}

static void sni(void)
{
    run(client_new(context, server, "localhost"));
}

static void bio(void)
{
    char target[64];
    SSL *ssl;
    BIO *chain = BIO_new_ssl_connect(context);
    snprintf(target, sizeof target, "localhost:%d", server_port(server));
    BIO_set_conn_hostname(chain, target);
    BIO_set_conn_ip_family(chain, BIO_FAMILY_IPV4);
    BIO_get_ssl(chain, &ssl);
    server_expect(server);
    client_tell(ssl, BIO_do_connect(chain) == 1 ? 1 : -1);
    BIO_free_all(chain);
}

/* The same chain or SSL, which first had another peer that was known as localhost, at a server of its own. */
static struct server *first_server;

static BIO *dial_by_bio(BIO *chain, const char *host, struct server *of)
{
    char target[64];
    snprintf(target, sizeof target, "%s:%d", host, server_port(of));
    BIO_set_conn_hostname(chain, target);
    BIO_set_conn_ip_family(chain, BIO_FAMILY_IPV4);
    server_expect(of);
    return chain;
}

static void bio_again(void)
{
    SSL *ssl;
    first_server = server_start(&(struct server_options){.leaf = "localhost"});
    BIO *chain = dial_by_bio(BIO_new_ssl_connect(context), "localhost", first_server);
    demand(BIO_do_connect(chain) == 1 && BIO_reset(chain) >= 0);
    dial_by_bio(chain, "127.0.0.1", server);
    BIO_get_ssl(chain, &ssl);
    client_tell(ssl, BIO_do_connect(chain) == 1 ? 1 : -1);
    BIO_free_all(chain);
    server_stop(first_server);
}

static SSL *used_once(void)
{
    first_server = server_start(&(struct server_options){.leaf = "localhost"});
    SSL *ssl = without_name(dial_name(first_server, "localhost"));
    demand(SSL_connect(ssl) == 1);
    SSL_shutdown(ssl);
    close(SSL_get_fd(ssl));
    server_stop(first_server);
    demand(SSL_clear(ssl) == 1 && SSL_set_session(ssl, NULL) == 1);
    return ssl;
}

static void cleared(void)
{
    SSL *ssl = used_once();
    demand(SSL_set_fd(ssl, dial_name(server, "127.0.0.1")) == 1);
    run(ssl);
}

static void cleared_with_sni(void)
{
    SSL *ssl = used_once();
    demand(SSL_set_tlsext_host_name(ssl, "good.test") == 1 && SSL_set_fd(ssl, dial(server)) == 1);
    run(ssl);
}

/* The name that was added before, which the program says itself now. */
static void cleared_with_the_same_sni(void)
{
    SSL *ssl = used_once();
    demand(SSL_set_tlsext_host_name(ssl, "localhost") == 1 && SSL_set_fd(ssl, dial_name(server, "127.0.0.1")) == 1);
    run(ssl);
}

/* Without a name there is a certificate, and a name that is not its own ends the handshake. */
static int refuse_name(SSL *ssl, int *alert, void *argument)
{
    (void)argument;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != NULL ? SSL_TLSEXT_ERR_ALERT_FATAL
                                                                      : SSL_TLSEXT_ERR_NOACK;
}

static void refuse_names(SSL_CTX *ctx)
{
    SSL_CTX_set_tlsext_servername_callback(ctx, refuse_name);
}

static SSL *at_server_that_refuses_names(const char *name)
{
    server_stop(server);
    server = server_start(&(struct server_options){.leaf = "localhost", .configure = refuse_names});
    return without_name(name != NULL ? dial_name(server, name) : dial(server));
}

static void refused_to_verifying(void)
{
    SSL *ssl = at_server_that_refuses_names(NULL);
    demand(SSL_CTX_load_verify_locations(context, pki_file("ca"), NULL) == 1 && SSL_set1_host(ssl, "localhost") == 1);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    run(ssl);
}

/* What has no name to send has a verdict. */
static void run_refused(SSL *ssl)
{
    run(ssl);
    SSL *nameless = without_name(dial_local(server));
    demand(SSL_connect(nameless) != 1);
    client_free(nameless);
}

static void refused_to_careless(void)
{
    run_refused(at_server_that_refuses_names("localhost"));
}

static void refused_of_program(void)
{
    SSL *ssl = at_server_that_refuses_names(NULL);
    demand(SSL_set_tlsext_host_name(ssl, "localhost") == 1);
    run_refused(ssl);
}

static void resolver(void)
{
    run(without_name(dial_name(server, "localhost")));
}

static void address(void)
{
    run(without_name(dial(server)));
}

static void local_socket(void)
{
    run(without_name(dial_local(server)));
}

/* A session that was verified for `name`, from a connection to a socket, which may have told it. */
static SSL_SESSION *session_for(const char *name, int fd)
{
    SSL *ssl = without_name(fd);
    demand(SSL_set1_host(ssl, name) == 1);
    client_run(ssl);
    SSL_SESSION *kept = SSL_get1_session(ssl);
    client_free(ssl);
    return kept;
}

static void run_with(SSL_SESSION *session, int fd)
{
    SSL *ssl = without_name(fd);
    demand(SSL_set_session(ssl, session) == 1);
    SSL_SESSION_free(session);
    run(ssl);
}

static void session(void)
{
    SSL_SESSION *kept = session_for("good.test", dial(server));
    run_with(kept, dial(server));
}

/* The program was given the address of a name that it had looked up: FTPS does, for its data. */
static void session_of_looked_up_name(void)
{
    SSL_SESSION *kept = session_for("localhost", dial_name(server, "localhost"));
    run_with(kept, dial_name(server, "127.0.0.1"));
}

/* The session says good.test, the look-up localhost. */
static void session_of_another_name(void)
{
    SSL_SESSION *kept = session_for("good.test", dial(server));
    run_with(kept, dial_name(server, "localhost"));
}

static void session_of_another_name_and_server(void)
{
    struct server *another = server_start(&(struct server_options){.leaf = "good"});
    SSL_SESSION *kept = session_for("good.test", dial(another));
    server_stop(another);
    run_with(kept, dial_name(server, "localhost"));
}

/* Each of two names was verified, and no one of them is what the session confirms. */
static void session_of_each_name(void)
{
    close(dial_name(server, "localhost"));
    SSL *first = without_name(dial_name(server, "127.0.0.1"));
    client_run(first);
    SSL_SESSION *kept = SSL_get1_session(first);
    client_free(first);
    run_with(kept, dial(server));
}

static void session_of_another_name_and_address(void)
{
    SSL_SESSION *kept = session_for("good.test", dial_name(server, "localhost"));
    run_with(kept, dial_name(server, "127.0.0.1"));
}

static void flush(SSL *ssl, int fd)
{
    char data[16384];
    for (int length; (length = BIO_read(SSL_get_wbio(ssl), data, sizeof data)) > 0;)
        demand(write(fd, data, (size_t)length) == length);
}

/* A client that moves the bytes itself: the SSL knows no descriptor. */
static void memory(void)
{
    char data[16384];
    ssize_t length;
    int connected, fd = dial_name(server, "localhost");
    SSL *ssl = SSL_new(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    while ((connected = SSL_connect(ssl)) != 1 && SSL_get_error(ssl, connected) == SSL_ERROR_WANT_READ) {
        flush(ssl, fd);
        if ((length = read(fd, data, sizeof data)) <= 0)
            break;
        demand(BIO_write(SSL_get_rbio(ssl), data, (int)length) == length);
    }
    flush(ssl, fd);
    if (connected == 1)
        SSL_write(ssl, "ping", 4);
    flush(ssl, fd);
    say("connected", "%d", connected);
    say("result", "%ld", SSL_get_verify_result(ssl));
    SSL_free(ssl);
    close(fd);
}

static const struct scenario sources[] = {
    {"app", app},
    {"app-with-other-sni", app_with_other_sni},
    {"app-with-several", app_with_several},
    {"app-with-eight", app_with_eight},
    {"app-with-nine", app_with_nine},
    {"app-address", app_address},
    {"sni", sni},
    {"bio", bio},
    {"bio-again", bio_again},
    {"cleared", cleared},
    {"cleared-with-sni", cleared_with_sni},
    {"cleared-with-the-same-sni", cleared_with_the_same_sni},
    {"refused-to-verifying", refused_to_verifying},
    {"refused-to-careless", refused_to_careless},
    {"refused-of-program", refused_of_program},
    {"resolver", resolver},
    {"address", address},
    {"session", session},
    {"session-of-looked-up-name", session_of_looked_up_name},
    {"session-of-another-name", session_of_another_name},
    {"session-of-another-name-and-server", session_of_another_name_and_server},
    {"session-of-each-name", session_of_each_name},
    {"session-of-another-name-and-address", session_of_another_name_and_address},
    {"memory", memory},
    {"local-socket", local_socket},
};

int main(int argc, char **argv)
{
    demand(argc >= 3);
    server = server_start(&(struct server_options){.leaf = argv[2], .version = argc > 3 ? TLS1_2_VERSION : 0});
    context = SSL_CTX_new(TLS_client_method());
    run_scenario(sources, sizeof sources / sizeof sources[0], argv[1]);
    struct server_report report = server_stop(server);
    say_server(&report);
    SSL_CTX_free(context);
    return 0;
}
