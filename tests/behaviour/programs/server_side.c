/*
 * server_side KIND LEAF: a server that asks its clients for certificates, and a client that shows LEAF. KIND is what
 * the server demands: "strict" (its own CA), "forgiving" (a callback that accepts all), "replaced" (a function in
 * place of the verification), "optional" (no certificate is needed). "both" and those of one turned are told below.
 */
#include "support.h"

#include <string.h>
#include <unistd.h>

static const char *kind;
static int asked;

static int forgive(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    (void)ctx;
    asked++;
    return 1;
}

static int accept_all(X509_STORE_CTX *ctx, void *argument)
{
    (void)ctx;
    (void)argument;
    asked++;
    return 1;
}

static void configure(SSL_CTX *ctx)
{
    int mode = SSL_VERIFY_PEER | (strcmp(kind, "optional") == 0 ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
    demand(SSL_CTX_load_verify_file(ctx, pki_file("ca")) == 1);
    SSL_CTX_set_verify(ctx, mode, strcmp(kind, "forgiving") == 0 ? forgive : NULL);
    if (strcmp(kind, "replaced") == 0)
        SSL_CTX_set_cert_verify_callback(ctx, accept_all, NULL);
}

static void show(SSL_CTX *ctx, const char *leaf)
{
    if (strcmp(leaf, "none") != 0)
        demand(SSL_CTX_use_certificate_file(ctx, pki_file(leaf), SSL_FILETYPE_PEM) == 1 &&
               SSL_CTX_use_PrivateKey_file(ctx, pki_file(leaf), SSL_FILETYPE_PEM) == 1);
}

/* A handshake of two in this process; says how it ended for each. */
static void shake_hands(const char *key, SSL *client, SSL *server, const char *name)
{
    BIO *client_bio, *server_bio;
    int client_done = 0, server_done = 0;
    demand(BIO_new_bio_pair(&client_bio, 0, &server_bio, 0) == 1);
    SSL_set_bio(client, client_bio, client_bio);
    SSL_set_bio(server, server_bio, server_bio);
    SSL_set_tlsext_host_name(client, name);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    for (int i = 0; i < 10 && (client_done != 1 || server_done != 1); i++) {
        client_done = SSL_do_handshake(client);
        server_done = SSL_do_handshake(server);
    }
    say(key, "%d %d", client_done, server_done);
}

/* One context of TLS_method() for the server and for the client. */
static void run_both(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    show(ctx, "good");
    SSL *client = SSL_new(ctx), *server = SSL_new(ctx);
    shake_hands("both", client, server, "good.test");
    say("client-certificate", "%d", SSL_get0_peer_certificate(server) != NULL);
    say("server-mode", "%d", SSL_get_verify_mode(server));
    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(ctx);
}

/* An SSL that was refused as a client is a server next, whose client would show a certificate that nobody knows. */
static void run_turned(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method()), *of_client = SSL_CTX_new(TLS_method());
    show(ctx, "good");
    show(of_client, "unknown-ca");
    SSL *turned = SSL_new(ctx), *server = SSL_new(ctx), *client = SSL_new(of_client);
    shake_hands("as-client", turned, server, "other.test");
    demand(SSL_clear(turned) == 1);
    shake_hands("as-server", client, turned, "good.test");
    say("client-certificate", "%d", SSL_get0_peer_certificate(turned) != NULL);
    SSL_free(turned);
    SSL_free(server);
    SSL_free(client);
    SSL_CTX_free(of_client);
    SSL_CTX_free(ctx);
}

static const SSL *turned_server;
static bool has_begun;

static void note_name(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where != SSL_CB_ACCEPT_LOOP || ssl != turned_server || has_begun)
        return;
    has_begun = true;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    say("name-before-hello", "%s", name != NULL ? name : "none");
}

/* An SSL that sent no name of its own as a client, and serves one that sends none. */
static void run_turned_nameless(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    show(ctx, "good");
    SSL_CTX_set_info_callback(ctx, note_name);
    SSL *turned = SSL_new(ctx), *server = SSL_new(ctx);
    shake_hands("as-client", turned, server, NULL);
    demand(SSL_clear(turned) == 1);
    turned_server = turned;
    SSL *client = SSL_new(ctx);
    shake_hands("as-server", client, turned, "good.test");
    SSL_free(turned);
    SSL_free(server);
    SSL_free(client);
    SSL_CTX_free(ctx);
}

int main(int argc, char **argv)
{
    demand(argc == 3);
    kind = argv[1];
    void (*const within)(void) = strcmp(kind, "both") == 0              ? run_both
                                 : strcmp(kind, "turned") == 0          ? run_turned
                                 : strcmp(kind, "turned-nameless") == 0 ? run_turned_nameless
                                                                        : NULL;
    if (within != NULL) {
        within();
        return 0;
    }
    struct server *server =
        server_start(&(struct server_options){.leaf = "good", .version = TLS1_2_VERSION, .configure = configure});
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    show(context, argv[2]);
    SSL *ssl = client_new(context, server, "good.test");
    client_run(ssl);
    client_free(ssl);
    struct server_report report = server_stop(server);
    say_server(&report);
    say("asked", "%d", asked);
    SSL_CTX_free(context);
    return 0;
}
