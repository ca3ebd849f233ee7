/*
 * sessions SCENARIO KIND LEAF: a session from one connection is used for another. KIND is tls1.2-id, tls1.2-ticket
 * or tls1.3. What is said of the last connection counts.
 */
#include "support.h"

#include <stdlib.h>
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

static SSL_SESSION *session_of(SSL *ssl)
{
    client_run(ssl);
    SSL_SESSION *session = SSL_get1_session(ssl);
    demand(session != NULL);
    finish(ssl);
    return session;
}

/* The session of a connection for this name. */
static SSL_SESSION *first_session(const char *name)
{
    return session_of(client_new(context, server, name));
}

static void resume(SSL *ssl, SSL_SESSION *session)
{
    demand(SSL_set_session(ssl, session) == 1);
    SSL_SESSION_free(session);
    client_run(ssl);
    finish(ssl);
}

static void connect_with(SSL_SESSION *session, const char *name)
{
    resume(client_new(context, server, name), session);
}

/* The session of a connection that verifies with the program's own CA. */
static SSL_SESSION *session_of_program_ca(void)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_file(context, pki_file("program-ca")) == 1);
    return first_session("good.test");
}

/* A connection that demands chain and name. */
static SSL *demanding(void)
{
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    demand(SSL_CTX_load_verify_file(context, pki_file("ca")) == 1 && SSL_set1_host(ssl, "good.test") == 1);
    return ssl;
}

static void demanded_again(void)
{
    SSL_SESSION *session = session_of(demanding());
    resume(demanding(), session);
}

static void demanded_no_more(void)
{
    connect_with(session_of(demanding()), "good.test");
}

static void same_context(void)
{
    connect_with(session_of_program_ca(), "good.test");
}

static void other_context(int mode)
{
    SSL_CTX *careful = context;
    SSL_SESSION *session = session_of_program_ca();
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, mode, NULL);
    connect_with(session, "good.test");
    SSL_CTX_free(careful);
}

/* The address of the first store may be that of the last one. */
static void other_store_of_context(void)
{
    SSL_SESSION *session = session_of_program_ca();
    SSL_CTX_set_cert_store(context, X509_STORE_new());
    SSL_CTX_set_cert_store(context, X509_STORE_new());
    connect_with(session, "good.test");
}

static void own_store_of_connection(void)
{
    SSL_SESSION *session = session_of_program_ca();
    SSL *ssl = client_new(context, server, "good.test");
    demand(SSL_set0_verify_cert_store(ssl, X509_STORE_new()) == 1);
    resume(ssl, session);
}

/* What a store of its own vouched for counts for no other connection. */
static void store_of_first_connection(void)
{
    X509_STORE *store = X509_STORE_new();
    demand(X509_STORE_load_file(store, pki_file("program-ca")) == 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL *ssl = client_new(context, server, "good.test");
    demand(SSL_set0_verify_cert_store(ssl, store) == 1);
    connect_with(session_of(ssl), "good.test");
}

static void other_context_of_policy_anchors(void)
{
    SSL_CTX *first = context;
    SSL_SESSION *session = first_session("good.test");
    context = SSL_CTX_new(TLS_client_method());
    connect_with(session, "good.test");
    SSL_CTX_free(first);
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

/* The program takes any of two names, of which the certificate has the second. */
static SSL_SESSION *session_of_either_name(void)
{
    SSL *ssl = client_new(context, server, "a.test");
    demand(SSL_set1_host(ssl, "wrong.test") == 1 && SSL_add1_host(ssl, "a.test") == 1);
    return session_of(ssl);
}

static void either_name_for_wrong(void)
{
    connect_with(session_of_either_name(), "wrong.test");
}

static void either_name_for_right(void)
{
    connect_with(session_of_either_name(), "a.test");
}

static void either_name_for_unasked(void)
{
    connect_with(session_of_either_name(), "b.test");
}

static void either_name_serialised_for_wrong(void)
{
    connect_with(through_file(session_of_either_name()), "wrong.test");
}

static void either_name_serialised_for_right(void)
{
    connect_with(through_file(session_of_either_name()), "a.test");
}

/* Over a local socket, which tells nothing of the peer. */
static SSL *client_without_name(void)
{
    SSL *ssl = SSL_new(context);
    demand(ssl != NULL && SSL_set_fd(ssl, dial_local(server)) == 1);
    return ssl;
}

static void no_name(void)
{
    resume(client_without_name(), session_of(client_without_name()));
}

static void no_name_for_some(void)
{
    connect_with(session_of(client_without_name()), "good.test");
}

static void lax_rule(void)
{
    connect_with(first_session("lax.test"), "good.test");
}

/* The policy's anchors are looked at again once a second: until then the session is resumed. */
static void anchor_taken_away(void)
{
    bool refused = false;
    SSL_SESSION *session = first_session("good.test");
    demand(rename(getenv("OTHER_TRUST"), getenv("TRUST")) == 0);
    for (int tries = 0; tries < 500 && !refused; tries++) {
        SSL *ssl = client_new(context, server, "good.test");
        demand(SSL_set_session(ssl, session) == 1);
        refused = SSL_connect(ssl) != 1;
        client_free(ssl);
        usleep(20000);
    }
    SSL_SESSION_free(session);
    say("refused", "%d", refused);
    ERR_clear_error();
}

static int reuse_of(SSL_SESSION *session, const char *name)
{
    SSL *ssl = client_new(context, server, name);
    demand(SSL_set_session(ssl, session) == 1 && SSL_connect(ssl) == 1);
    int reused = SSL_session_reused(ssl);
    SSL_SESSION_free(session);
    client_free(ssl);
    return reused;
}

/* One more than are remembered; the first has been displaced. */
static void many_serialised(void)
{
    enum { MANY = 33, OF_ONE_CERTIFICATE = 8 };
    SSL_SESSION *sessions[MANY];
    char names[MANY][16];
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%d.many.test", i);
        SSL *ssl = client_new(context, server, names[i]);
        demand(SSL_connect(ssl) == 1 && SSL_write(ssl, "ping", 4) == 4 && SSL_read(ssl, (char[4]){0}, 4) == 4);
        sessions[i] = through_file(SSL_get1_session(ssl));
        client_free(ssl);
    }
    say("last-reused", "%d", reuse_of(sessions[MANY - 1], names[MANY - 1]));
    say("latest-reused", "%d", reuse_of(sessions[MANY - OF_ONE_CERTIFICATE], names[MANY - OF_ONE_CERTIFICATE]));
    connect_with(sessions[0], names[0]);
    for (int i = 1; i < MANY - 1; i++)
        if (i != MANY - OF_ONE_CERTIFICATE)
            SSL_SESSION_free(sessions[i]);
}

/* Two serialised sessions of one certificate, for two names: each keeps its own. */
static void two_serialised(void)
{
    SSL_SESSION *first = through_file(first_session("a.test"));
    SSL_SESSION_free(through_file(first_session("b.test")));
    connect_with(first, "a.test");
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

/* Fails for want of a session that allows it; then the program goes on with another peer. */
static void early_data_for_another(const char *first, const char *second)
{
    size_t written;
    SSL *ssl = client_new(context, server, first);
    SSL_set_connect_state(ssl);
    say("early-accepted", "%d", SSL_write_early_data(ssl, "early", 5, &written));
    ERR_clear_error();
    demand(SSL_set_tlsext_host_name(ssl, second) == 1 && SSL_set1_host(ssl, second) == 1);
    client_run(ssl);
    finish(ssl);
}

static void early_data_failed_for_right(void)
{
    early_data_for_another("good.test", "another.test");
}

static void early_data_failed_for_wrong(void)
{
    early_data_for_another("another.test", "good.test");
}

static void replace_socket(SSL *ssl, struct server *next)
{
    int old = SSL_get_fd(ssl);
    demand(SSL_clear(ssl) == 1 && SSL_set_fd(ssl, dial(next)) == 1);
    close(old);
}

/* What the program's info callback does: gives the connection a session at a moment, and opens it again when done. */
static SSL_SESSION *session_to_slip_in;
static int moment;
static bool writes_when_done;
static void (*set_bios)(SSL *, int fd); /* ... or NULL */

static void slip_in(const SSL *const_ssl, int where, int value)
{
    SSL *ssl = (SSL *)const_ssl;
    (void)value;
    if (where == moment && session_to_slip_in != NULL) {
        demand(SSL_set_session(ssl, session_to_slip_in) == 1);
        SSL_SESSION_free(session_to_slip_in);
        session_to_slip_in = NULL;
    }
    if (where == SSL_CB_HANDSHAKE_DONE) {
        if (set_bios != NULL)
            set_bios(ssl, SSL_get_fd(ssl));
        SSL_set_shutdown(ssl, 0);
        writes_when_done = SSL_write(ssl, "ping", 4) > 0;
    }
}

static SSL *client_that_slips_in(int when)
{
    session_to_slip_in = unverified_from_file();
    moment = when;
    SSL *ssl = client_new(context, server, "good.test");
    SSL_set_info_callback(ssl, slip_in);
    return ssl;
}

static SSL *to_copy_from;

static void slip_into_early_data(SSL *ssl)
{
    if (session_to_slip_in == NULL)
        return;
    say("slipped-in", "%d",
        to_copy_from != NULL ? SSL_copy_session_id(ssl, to_copy_from) : SSL_set_session(ssl, session_to_slip_in));
    SSL_SESSION_free(session_to_slip_in);
    session_to_slip_in = NULL;
}

static void slip_in_by_info(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where == SSL_CB_CONNECT_LOOP)
        slip_into_early_data((SSL *)ssl);
}

static int slip_in_by_extension(SSL *ssl, unsigned type, unsigned where, const unsigned char **out, size_t *length,
                                X509 *certificate, size_t index, int *alert, void *argument)
{
    (void)type, (void)where, (void)out, (void)length, (void)certificate, (void)index, (void)alert, (void)argument;
    slip_into_early_data(ssl);
    return 0;
}

/* Early data allowed by one session, and sent under another: that of a peer whose leaf nobody verified. */
static void slipped_into_early_data(bool copies)
{
    struct server *right = server;
    SSL_SESSION *session = first_session("good.test");
    server = start("wrong-host");
    SSL_SESSION *other = unverified_from_file();
    server_stop(server);
    server = right;
    if (copies) {
        to_copy_from = SSL_new(context);
        demand(SSL_set_session(to_copy_from, other) == 1);
    }
    session_to_slip_in = other;
    early_data(session);
    SSL_free(to_copy_from);
}

static void slipped_into_early_data_by_info(void)
{
    SSL_CTX_set_info_callback(context, slip_in_by_info);
    slipped_into_early_data(false);
}

static void slipped_into_early_data_by_copy(void)
{
    SSL_CTX_set_info_callback(context, slip_in_by_info);
    slipped_into_early_data(true);
}

static void slipped_into_early_data_by_extension(void)
{
    demand(SSL_CTX_add_custom_ext(context, 65280, SSL_EXT_CLIENT_HELLO, slip_in_by_extension, NULL, NULL, NULL, NULL) ==
           1);
    slipped_into_early_data(false);
}

static void slipped_in_at_start(void)
{
    SSL *ssl = client_that_slips_in(SSL_CB_HANDSHAKE_START);
    client_run(ssl);
    finish(ssl);
}

static void say_that_it_works(const char *key, SSL *ssl)
{
    char byte;
    size_t length;
    SSL_set_shutdown(ssl, 0);
    SSL_set_mode(ssl, SSL_MODE_AUTO_RETRY);
    int written = SSL_write(ssl, "ping", 4), written_ex = SSL_write_ex(ssl, "ping", 4, &length);
    say(key, "write:%d write_ex:%d peek:%d read:%d pending:%d shutdown:%d", written > 0, written_ex,
        SSL_peek(ssl, &byte, 1) > 0, SSL_read(ssl, &byte, 1) > 0, SSL_has_pending(ssl), SSL_get_shutdown(ssl));
    ERR_clear_error();
}

static void slipped_in_later(void)
{
    SSL *ssl = client_that_slips_in(SSL_CB_CONNECT_LOOP);
    int connected = SSL_connect(ssl);
    const char *data = "";
    unsigned long error = ERR_peek_error_all(NULL, NULL, NULL, &data, NULL);
    say("slipped-in", "%d %s %.16s", connected, ERR_reason_error_string(error), data);
    say_that_it_works("after", ssl);
    replace_socket(ssl, server);
    client_run(ssl);
    SSL_SESSION *session = SSL_get1_session(ssl);
    finish(ssl);
    connect_with(session, "good.test");
}

/* Another server's session, which this one does not accept: what comes of the handshake is as good as any. */
static void slipped_in_for_nothing(void)
{
    struct server *other = server;
    server = start("good");
    SSL *ssl = client_that_slips_in(SSL_CB_CONNECT_LOOP);
    int old = SSL_get_fd(ssl);
    demand(SSL_set_fd(ssl, dial(other)) == 1);
    close(old);
    server_stop(server);
    server = other;
    client_run(ssl);
    SSL_SESSION *session = SSL_get1_session(ssl);
    finish(ssl);
    connect_with(session, "good.test");
}

/* As no program does: it takes back what keeps libssl from accepting the session. */
static void accept_any_session(int sent, int version, int type, const void *message, size_t length, SSL *ssl,
                               void *argument)
{
    (void)version;
    (void)argument;
    if (sent == 0 && type == SSL3_RT_HANDSHAKE && length > 0 && *(const unsigned char *)message == SSL3_MT_SERVER_HELLO)
        demand(SSL_set_session_id_context(ssl, (const unsigned char *)"", 0) == 1);
}

/* Until it is cleared for another connection, which is as good as any. */
static void opened_after_block(void)
{
    SSL *ssl = client_that_slips_in(SSL_CB_CONNECT_LOOP);
    SSL_set_msg_callback(ssl, accept_any_session);
    say("first", "%d", SSL_connect(ssl) == 1);
    say("when-done", "%d", writes_when_done);
    say_that_it_works("after", ssl);
    SSL_set_quiet_shutdown(ssl, 1);
    SSL_shutdown(ssl);
    say_that_it_works("after-shutdown", ssl);
    SSL_set_quiet_shutdown(ssl, 0);
    replace_socket(ssl, server);
    SSL_set_shutdown(ssl, 0);
    client_run(ssl);
    finish(ssl);
}

static int write_by_bio(SSL *ssl, const void *data, int length)
{
    BIO *bio = BIO_new(BIO_f_ssl());
    BIO_set_ssl(bio, ssl, BIO_NOCLOSE);
    int written = BIO_write(bio, data, length);
    BIO_free_all(bio); /* it holds what the SSL reads from */
    return written;
}

/* The write has the handshake done, and is blocked when that is. The object is as good as any afterwards. */
static void closed_within(int (*write)(SSL *, const void *, int))
{
    SSL *ssl = client_that_slips_in(SSL_CB_CONNECT_LOOP);
    SSL_set_msg_callback(ssl, accept_any_session);
    SSL_set_connect_state(ssl);
    say("written", "%d", write(ssl, "secret", 6) > 0);
    say("writes-again", "%d", SSL_write(ssl, "secret", 6) > 0);
    ERR_clear_error();
    replace_socket(ssl, server);
    client_run(ssl);
    finish(ssl);
}

static void closed_within_write(void)
{
    closed_within(SSL_write);
}

static void closed_within_bio_write(void)
{
    closed_within(write_by_bio);
}

/* When it is told that the handshake is done, the program has it write by another BIO. */
static void set_for_writing(SSL *ssl, int fd)
{
    SSL_set0_wbio(ssl, BIO_new_socket(fd, BIO_NOCLOSE));
}

static void set_descriptor(SSL *ssl, int fd)
{
    demand(SSL_set_wfd(ssl, fd) == 1);
}

static void set_after_none(SSL *ssl, int fd)
{
    SSL_set_bio(ssl, NULL, NULL);
    demand(SSL_set_fd(ssl, fd) == 1);
}

static void closed_within_write_with_bio(void)
{
    set_bios = set_for_writing;
    closed_within(SSL_write);
}

static void closed_within_write_with_descriptor(void)
{
    set_bios = set_descriptor;
    closed_within(SSL_write);
}

static void closed_within_write_with_bio_after_none(void)
{
    set_bios = set_after_none;
    closed_within(SSL_write);
}

/* ... and with the BIOs that it had, to another server. */
static void closed_within_write_by_own_bios(void)
{
    struct server *other = start("good");
    SSL *ssl = client_that_slips_in(SSL_CB_CONNECT_LOOP);
    int fd = SSL_get_fd(ssl);
    BIO *reading = BIO_new_socket(fd, BIO_NOCLOSE), *writing = BIO_new_socket(fd, BIO_NOCLOSE);
    SSL_set_bio(ssl, reading, writing);
    SSL_set_msg_callback(ssl, accept_any_session);
    SSL_set_connect_state(ssl);
    say("written", "%d", SSL_write(ssl, "secret", 6) > 0);
    ERR_clear_error();
    demand(SSL_clear(ssl) == 1);
    int next = dial(other);
    demand(dup2(next, fd) == fd);
    close(next);
    client_run(ssl);
    say("has-its-bios", "%d", SSL_get_rbio(ssl) == reading && SSL_get_wbio(ssl) == writing);
    finish(ssl);
    server_stop(other);
}

/* A program that frees it at once. */
static void closed_and_freed(void)
{
    SSL *ssl = client_that_slips_in(SSL_CB_CONNECT_LOOP);
    int fd = SSL_get_fd(ssl);
    SSL_set_msg_callback(ssl, accept_any_session);
    SSL_set_connect_state(ssl);
    say("written", "%d", SSL_write(ssl, "secret", 6) > 0);
    SSL_free(ssl);
    close(fd);
    ERR_clear_error();
    ssl = client_new(context, server, "good.test");
    client_run(ssl);
    finish(ssl);
}

/* How many of the BIOs that the program made are gone; the server's thread comes by with its own. */
static int bios_freed;

static void count_freed(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)argument;
    if (value != NULL)
        bios_freed++;
}

static BIO *counted_bio(int fd)
{
    static int index = -1;
    if (index < 0)
        index = BIO_get_ex_new_index(0, NULL, NULL, NULL, count_freed);
    BIO *bio = BIO_new_socket(fd, BIO_NOCLOSE);
    demand(bio != NULL && BIO_set_ex_data(bio, index, bio) == 1);
    return bio;
}

/* Says the BIOs again that the SSL has, which changes nothing and gives no reference: SSL_set_bio(3). */
static void named_again(bool are_one, bool is_owned, bool is_used)
{
    SSL *ssl = client_that_slips_in(SSL_CB_CONNECT_LOOP);
    int fd = SSL_get_fd(ssl);
    BIO *reading = counted_bio(fd), *writing = are_one ? reading : counted_bio(fd);
    SSL_set_bio(ssl, reading, writing);
    if (is_owned)
        BIO_up_ref(writing);
    SSL_set_msg_callback(ssl, accept_any_session);
    SSL_set_connect_state(ssl);
    say("written", "%d", SSL_write(ssl, "secret", 6) > 0);
    SSL_set_bio(ssl, reading, writing);
    ERR_clear_error();
    if (is_used) {
        int next = dial(server);
        demand(SSL_clear(ssl) == 1 && dup2(next, fd) == fd);
        close(next);
        say("again", "%d", SSL_connect(ssl));
    }
    SSL_free(ssl);
    say("freed", "%d", bios_freed);
    if (is_owned)
        BIO_free(writing);
    say("freed-at-last", "%d", bios_freed);
    close(fd);
}

static void named_again_and_freed(void)
{
    named_again(false, false, false);
}

static void named_again_and_owned(void)
{
    named_again(false, true, false);
}

static void named_again_and_used(void)
{
    named_again(false, false, true);
}

static void named_again_as_one(void)
{
    named_again(true, false, false);
}

static void named_again_as_one_and_used(void)
{
    named_again(true, false, true);
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
    {"demanded-again", demanded_again},
    {"demanded-no-more", demanded_no_more},
    {"same-context", same_context},
    {"other-store-of-context", other_store_of_context},
    {"own-store-of-connection", own_store_of_connection},
    {"store-of-first-connection", store_of_first_connection},
    {"other-context-of-policy-anchors", other_context_of_policy_anchors},
    {"either-name-for-wrong", either_name_for_wrong},
    {"either-name-for-right", either_name_for_right},
    {"either-name-for-unasked", either_name_for_unasked},
    {"either-name-serialised-for-wrong", either_name_serialised_for_wrong},
    {"either-name-serialised-for-right", either_name_serialised_for_right},
    {"no-name", no_name},
    {"no-name-for-some", no_name_for_some},
    {"lax-rule", lax_rule},
    {"many-serialised", many_serialised},
    {"two-serialised", two_serialised},
    {"anchor-taken-away", anchor_taken_away},
    {"from-file", from_file},
    {"serialised", serialised},
    {"serialised-for-other-name", serialised_for_other_name},
    {"unverified-origin", unverified_origin},
    {"copied", copied},
    {"early-data-of-verified", early_data_of_verified},
    {"early-data-of-file", early_data_of_file},
    {"session-set-after-early-data", session_set_after_early_data},
    {"early-data-failed-for-right", early_data_failed_for_right},
    {"early-data-failed-for-wrong", early_data_failed_for_wrong},
    {"slipped-in-at-start", slipped_in_at_start},
    {"slipped-into-early-data-by-info", slipped_into_early_data_by_info},
    {"slipped-into-early-data-by-copy", slipped_into_early_data_by_copy},
    {"slipped-into-early-data-by-extension", slipped_into_early_data_by_extension},
    {"slipped-in-later", slipped_in_later},
    {"slipped-in-for-nothing", slipped_in_for_nothing},
    {"opened-after-block", opened_after_block},
    {"closed-within-write", closed_within_write},
    {"closed-within-bio-write", closed_within_bio_write},
    {"closed-within-write-with-bio", closed_within_write_with_bio},
    {"closed-within-write-with-descriptor", closed_within_write_with_descriptor},
    {"closed-within-write-with-bio-after-none", closed_within_write_with_bio_after_none},
    {"closed-within-write-by-own-bios", closed_within_write_by_own_bios},
    {"closed-and-freed", closed_and_freed},
    {"named-again-and-freed", named_again_and_freed},
    {"named-again-and-owned", named_again_and_owned},
    {"named-again-and-used", named_again_and_used},
    {"named-again-as-one", named_again_as_one},
    {"named-again-as-one-and-used", named_again_as_one_and_used},
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
