/*
 * identity WAY LEAF: a client of which not everything is known that a rule may ask for.
 */
#include "support.h"

#include <unistd.h>

enum { NOBODY = 65534 };

static struct server *server;
static SSL_CTX *context;

static void run_on(int fd)
{
    SSL *ssl = SSL_new(context);
    demand(SSL_set_fd(ssl, fd) == 1 && SSL_set_tlsext_host_name(ssl, "good.test") == 1);
    client_run(ssl);
    client_free(ssl);
}

static void plain(void)
{
    run_on(dial(server));
}

/* Its peer has a name, but neither address nor port. */
static void without_address(void)
{
    run_on(dial_local(server));
}

/* TLS 1.2, where the session is there when the handshake is. */
static void resumes_without_address(void)
{
    SSL_SESSION *session = NULL;
    demand(SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) == 1);
    for (int i = 0; i < 2; i++) {
        SSL *ssl = SSL_new(context);
        demand(SSL_set_fd(ssl, dial_local(server)) == 1 && SSL_set_tlsext_host_name(ssl, "good.test") == 1);
        demand(session == NULL || SSL_set_session(ssl, session) == 1);
        client_run(ssl);
        say("resumed", "%d", SSL_session_reused(ssl));
        SSL_SESSION_free(session);
        session = SSL_get1_session(ssl);
        client_free(ssl);
    }
    SSL_SESSION_free(session);
}

static void becomes_nobody(void)
{
    demand(setresuid(NOBODY, NOBODY, NOBODY) == 0);
    plain();
}

static void works_for_nobody(void)
{
    demand(seteuid(NOBODY) == 0);
    plain();
}

static const struct scenario ways[] = {
    {"plain", plain},
    {"without-address", without_address},
    {"resumes-without-address", resumes_without_address},
    {"becomes-nobody", becomes_nobody},
    {"works-for-nobody", works_for_nobody},
};

int main(int argc, char **argv)
{
    demand(argc == 3);
    struct server_report report = run_with_server(ways, sizeof ways / sizeof ways[0], argv + 1, &server, &context);
    say("received", "%zu", report.received);
    return 0;
}
