/*
 * anchors SCENARIO LEAF [SENT [OTHER-LEAF]]: what counts as the program's trust anchors, and what is asked for them.
 * The server sends the certificate SENT with its leaf; a second one has OTHER-LEAF. Where there are several handshakes,
 * the last one is told.
 */
#include "support.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 4, HANDSHAKES = 10 };

static SSL_CTX *context;
static struct server *server, *other;
static const char *sent;
static int calls;

static void send_more(SSL_CTX *ctx)
{
    BIO *file = sent != NULL ? BIO_new_file(pki_file(sent), "r") : NULL;
    X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    if (certificate != NULL)
        demand(SSL_CTX_add0_chain_cert(ctx, certificate) == 1);
    BIO_free(file);
}

static bool connect_to(SSL_CTX *ctx, struct server *where)
{
    SSL *ssl = client_new(ctx, where, "good.test");
    demand(SSL_set1_host(ssl, "good.test") == 1);
    bool talked = client_run(ssl);
    client_free(ssl);
    return talked;
}

static int forgive(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

/* Trust on first use. */
static int add_to_store(int ok, X509_STORE_CTX *ctx)
{
    if (!ok)
        X509_STORE_add_cert(X509_STORE_CTX_get0_store(ctx), X509_STORE_CTX_get_current_cert(ctx));
    return forgive(ok, ctx);
}

static int add_all_and_verify(X509_STORE_CTX *ctx, void *argument)
{
    X509_STORE *store = X509_STORE_CTX_get0_store(ctx);
    STACK_OF(X509) *untrusted = X509_STORE_CTX_get0_untrusted(ctx);
    (void)argument;
    X509_STORE_add_cert(store, X509_STORE_CTX_get0_cert(ctx));
    for (int i = 0; i < sk_X509_num(untrusted); i++)
        X509_STORE_add_cert(store, sk_X509_value(untrusted, i));
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
    return X509_verify_cert(ctx);
}

/* The certificate that the peer has for an anchor, in a file of the program's. */
static char saved[4096];

static int save_anchor(int ok, X509_STORE_CTX *ctx)
{
    FILE *file = ok ? NULL : fopen(saved, "we");
    if (file != NULL) {
        PEM_write_X509(file, X509_STORE_CTX_get_current_cert(ctx));
        fclose(file);
    }
    return forgive(ok, ctx);
}

static void first_use(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, add_to_store);
    connect_to(context, server);
}

static void first_use_of_all(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, add_all_and_verify, NULL);
    connect_to(context, server);
}

static void second_use(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, add_to_store);
    connect_to(context, server);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    connect_to(context, server);
}

static void second_use_from_file(void)
{
    SSL_CTX *second = SSL_CTX_new(TLS_client_method());
    snprintf(saved, sizeof saved, "saved-%d.pem", (int)getpid());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, save_anchor);
    connect_to(context, server);
    SSL_CTX_set_verify(second, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_file(second, saved) == 1);
    connect_to(second, server);
    SSL_CTX_free(second);
    unlink(saved);
}

static void second_use_by_connection(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, add_to_store);
    connect_to(context, server);
    SSL_CTX *second = SSL_CTX_new(TLS_client_method());
    SSL *ssl = client_new(second, server, "good.test");
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    demand(SSL_set1_verify_cert_store(ssl, SSL_CTX_get_cert_store(context)) == 1);
    client_run(ssl);
    client_free(ssl);
    SSL_CTX_free(second);
}

static void *use_at_once(void *passed)
{
    for (int i = 0; i < HANDSHAKES; i++) {
        SSL *ssl = client_new(context, server, "good.test");
        if (SSL_connect(ssl) == 1)
            atomic_fetch_add((atomic_int *)passed, 1);
        ERR_clear_error();
        client_free(ssl);
    }
    return NULL;
}

static void first_use_by_threads(void)
{
    pthread_t threads[THREADS];
    atomic_int passed = 0;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, add_to_store);
    for (int i = 0; i < THREADS; i++)
        demand(pthread_create(&threads[i], NULL, use_at_once, &passed) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    say("passed", "%d", passed);
}

/* A misconfigured peer sends the root that the program knows: that is no reason to trust it no longer. */
static void root_of_another_peer(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_file(context, pki_file("program-ca")) == 1);
    connect_to(context, server);
    connect_to(context, other);
}

/* ... nor where it has sent it to another context of the program's, which does not know it. */
static void root_sent_to_another_context(void)
{
    SSL_CTX *careless = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_file(context, pki_file("program-ca")) == 1);
    connect_to(context, other);
    connect_to(careless, server);
    connect_to(context, other);
    SSL_CTX_free(careless);
}

/* Intermediates and what passes for them are kept for peers that forget to send theirs. */
static void keep_what_was_sent(struct server *where, const char *name)
{
    SSL *ssl = client_new(context, where, name);
    SSL_connect(ssl);
    ERR_clear_error();
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
    demand(chain != NULL);
    for (int i = 0; i < sk_X509_num(chain); i++)
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), sk_X509_value(chain, i));
    client_free(ssl);
}

static void sent_beside_a_good_chain(void)
{
    keep_what_was_sent(server, "good.test");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    connect_to(context, other);
}

static void pinned_elsewhere(void)
{
    keep_what_was_sent(server, "printer.test");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    connect_to(context, server);
}

/* A root of the program's that a peer sends beside a chain of which it is no part. */
static void root_beside_a_good_chain(void)
{
    demand(SSL_CTX_load_verify_file(context, pki_file("program-ca")) == 1);
    sent_beside_a_good_chain();
}

static void with_file(const char *file, unsigned long flags, SSL_verify_cb callback)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, callback);
    demand(SSL_CTX_load_verify_file(context, pki_file(file)) == 1);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), flags);
    connect_to(context, server);
}

static void intermediate(void)
{
    with_file("program-intermediate", 0, forgive);
}

static void intermediate_undemanded(void)
{
    demand(SSL_CTX_load_verify_file(context, pki_file("program-intermediate")) == 1);
    connect_to(context, server);
}

static void intermediate_as_anchor(void)
{
    with_file("program-intermediate", X509_V_FLAG_PARTIAL_CHAIN, NULL);
}

static void root_and_intermediate(void)
{
    demand(SSL_CTX_load_verify_file(context, pki_file("program-intermediate")) == 1);
    with_file("program-ca", 0, NULL);
}

static void forgiving(void)
{
    with_file("program-ca", 0, forgive);
}

static void forgiving_strict(void)
{
    with_file("program-ca", X509_V_FLAG_X509_STRICT, forgive);
}

static void forgiving_no_time(void)
{
    with_file("program-ca", X509_V_FLAG_NO_CHECK_TIME, forgive);
}

static void forgiving_revocation(void)
{
    with_file("program-ca", X509_V_FLAG_CRL_CHECK, forgive);
}

static void revocation(SSL_verify_cb callback)
{
    X509_LOOKUP *file = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), X509_LOOKUP_file());
    demand(X509_load_crl_file(file, pki_file("program-ca-crl"), X509_FILETYPE_PEM) == 1);
    with_file("program-ca", X509_V_FLAG_CRL_CHECK, callback);
}

static void revocation_checked(void)
{
    revocation(NULL);
}

static void revocation_forgiven(void)
{
    revocation(forgive);
}

static void by_directory(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_dir(context, "hashed") == 1);
    connect_to(context, server);
}

/* What libcrypto itself has not looked up has not come into the program's store. */
static void held_of_directory(void)
{
    by_directory();
    say("held", "%d", sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context))));
}

static int count_look_up(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name, X509_OBJECT *object)
{
    (void)lookup;
    (void)type;
    (void)name;
    (void)object;
    calls++;
    return 0;
}

static bool within;

/* Fetches a missing issuer by TLS. */
static int look_up_by_tls(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name, X509_OBJECT *object)
{
    if (!within) {
        within = true;
        SSL_CTX *inner = SSL_CTX_new(TLS_client_method());
        SSL *ssl = client_new(inner, other, "good.test");
        say("inner", "%d", SSL_connect(ssl));
        client_free(ssl);
        SSL_CTX_free(inner);
        within = false;
    }
    return count_look_up(lookup, type, name, object);
}

static void with_look_up(int (*look_up)(X509_LOOKUP *, X509_LOOKUP_TYPE, const X509_NAME *, X509_OBJECT *), int mode,
                         SSL_verify_cb callback)
{
    X509_LOOKUP_METHOD *method = X509_LOOKUP_meth_new("test");
    X509_LOOKUP_meth_set_get_by_subject(method, look_up);
    demand(X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), method) != NULL);
    SSL_CTX_set_verify(context, mode, callback);
    connect_to(context, server);
    say("calls", "%d", calls);
    SSL_CTX_free(context); /* it has the method */
    context = NULL;
    X509_LOOKUP_meth_free(method);
}

static void look_up(void)
{
    with_look_up(count_look_up, SSL_VERIFY_PEER, forgive);
}

static void look_up_undemanded(void)
{
    with_look_up(count_look_up, SSL_VERIFY_NONE, NULL);
}

static void look_up_with_anchors(void)
{
    demand(SSL_CTX_load_verify_file(context, pki_file("program-ca")) == 1);
    with_look_up(count_look_up, SSL_VERIFY_PEER, NULL);
}

static void look_up_within(void)
{
    with_look_up(look_up_by_tls, SSL_VERIFY_PEER, forgive);
}

static bool freed;

static void note_freed(X509_LOOKUP *lookup)
{
    (void)lookup;
    freed = true;
}

/* The code and the data of a look-up may go as soon as its store has. */
static void look_up_let_go(void)
{
    X509_LOOKUP_METHOD *method = X509_LOOKUP_meth_new("test");
    X509_LOOKUP_meth_set_get_by_subject(method, count_look_up);
    X509_LOOKUP_meth_set_free(method, note_freed);
    demand(X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), method) != NULL);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, forgive);
    connect_to(context, server);
    SSL_CTX_set_cert_store(context, X509_STORE_new());
    say("freed", "%d", freed);
    freed = false;
    connect_to(context, server);
    X509_LOOKUP_meth_free(method);
}

static int count_callback(int ok, X509_STORE_CTX *ctx)
{
    (void)ctx;
    calls++;
    return ok;
}

static int count(X509_STORE_CTX *ctx)
{
    (void)ctx;
    calls++;
    return 1;
}

static int count_crl(X509_STORE_CTX *ctx, X509_CRL *crl, X509 *certificate)
{
    (void)ctx;
    (void)crl;
    (void)certificate;
    calls++;
    return 1;
}

static STACK_OF(X509_CRL) * count_crls(const X509_STORE_CTX *ctx, const X509_NAME *name)
{
    (void)ctx;
    (void)name;
    calls++;
    return NULL;
}

static int count_purpose(const X509_PURPOSE *purpose, const X509 *certificate, int is_authority)
{
    (void)purpose;
    (void)certificate;
    (void)is_authority;
    calls++;
    return 1;
}

static void purpose_of_program(void)
{
    demand(X509_PURPOSE_add(X509_PURPOSE_SSL_SERVER, X509_TRUST_SSL_SERVER, 0, count_purpose, "test", "test", NULL) ==
           1);
    connect_to(context, server);
    say("calls", "%d", calls);
}

static int count_trust(X509_TRUST *trust, X509 *certificate, int flags)
{
    (void)trust;
    (void)certificate;
    (void)flags;
    calls++;
    return X509_TRUST_TRUSTED;
}

static void trust_of_program(void)
{
    demand(X509_TRUST_add(X509_TRUST_SSL_SERVER, 0, count_trust, "test", 0, NULL) == 1);
    connect_to(context, server);
    say("calls", "%d", calls);
}

static void functions_of_store(void)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    X509_STORE_set_verify_cb(store, count_callback);
    X509_STORE_set_check_revocation(store, count);
    X509_STORE_set_check_policy(store, count);
    X509_STORE_set_cert_crl(store, count_crl);
    X509_STORE_set_lookup_crls(store, count_crls);
    X509_STORE_set_cleanup(store, count);
    with_file("program-ca", 0, NULL);
    say("calls", "%d", calls);
}

static void callback_of_store(void)
{
    X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(context), count_callback);
    X509_STORE_set_cleanup(SSL_CTX_get_cert_store(context), count);
    with_file("program-ca", 0, NULL);
    say("calls", "%d", calls);
}

static const struct scenario scenarios[] = {
    {"first-use", first_use},
    {"first-use-of-all", first_use_of_all},
    {"first-use-by-threads", first_use_by_threads},
    {"second-use", second_use},
    {"second-use-from-file", second_use_from_file},
    {"second-use-by-connection", second_use_by_connection},
    {"root-of-another-peer", root_of_another_peer},
    {"root-sent-to-another-context", root_sent_to_another_context},
    {"sent-beside-a-good-chain", sent_beside_a_good_chain},
    {"pinned-elsewhere", pinned_elsewhere},
    {"root-beside-a-good-chain", root_beside_a_good_chain},
    {"intermediate", intermediate},
    {"intermediate-undemanded", intermediate_undemanded},
    {"intermediate-as-anchor", intermediate_as_anchor},
    {"root-and-intermediate", root_and_intermediate},
    {"forgiving", forgiving},
    {"forgiving-strict", forgiving_strict},
    {"forgiving-no-time", forgiving_no_time},
    {"forgiving-revocation", forgiving_revocation},
    {"revocation-checked", revocation_checked},
    {"revocation-forgiven", revocation_forgiven},
    {"by-directory", by_directory},
    {"held-of-directory", held_of_directory},
    {"look-up", look_up},
    {"look-up-undemanded", look_up_undemanded},
    {"look-up-with-anchors", look_up_with_anchors},
    {"look-up-within", look_up_within},
    {"purpose-of-program", purpose_of_program},
    {"trust-of-program", trust_of_program},
    {"look-up-let-go", look_up_let_go},
    {"functions-of-store", functions_of_store},
    {"callback-of-store", callback_of_store},
};

int main(int argc, char **argv)
{
    demand(argc >= 3);
    sent = argc > 3 && strcmp(argv[3], "-") != 0 ? argv[3] : NULL;
    server = server_start(&(struct server_options){.leaf = argv[2], .configure = send_more, .threads = THREADS});
    if (argc > 4)
        other = server_start(&(struct server_options){.leaf = argv[4]});
    context = SSL_CTX_new(TLS_client_method());
    run_scenario(scenarios, sizeof scenarios / sizeof scenarios[0], argv[1]);
    struct server_report report = server_stop(server);
    say_server(&report);
    if (other != NULL)
        server_stop(other);
    SSL_CTX_free(context);
    return 0;
}
