/* Sessions that were made elsewhere: in a file by an unverified run, for another name, in another context. */
#include "client.h"

#include <stdio.h>

enum { SESSION_MAX = 16384 };

static SSL_CTX *limited(SSL_CTX *ctx, int version, bool tickets)
{
    client_speak_at_most(ctx, version);
    if (!tickets && SSL_CTX_set_options != NULL)
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    else if (!tickets)
        SSL_CTX_ctrl(ctx, SSL_CTRL_OPTIONS, SSL_OP_NO_TICKET, NULL);
    return ctx;
}

static SSL_CTX *context_for(int version, bool tickets)
{
    return limited(client_context(), version, tickets);
}

static enum result save(int version, bool tickets)
{
    unsigned char buffer[SESSION_MAX];
    unsigned char *end = buffer;
    SSL *ssl = client_connection(context_for(version, tickets));
    enum result result = client_talk(ssl);
    SSL_SESSION *session = SSL_get1_session(ssl);
    FILE *file = fopen(peer.session, "wb");
    if (session == NULL || file == NULL || i2d_SSL_SESSION(session, NULL) > SESSION_MAX)
        return MISUSED;
    int length = i2d_SSL_SESSION(session, &end);
    fwrite(buffer, 1, (size_t)length, file);
    fclose(file);
    SSL_SESSION_free(session);
    return result;
}

SSL_SESSION *client_load_session(void)
{
    unsigned char buffer[SESSION_MAX];
    const unsigned char *start = buffer;
    FILE *file = fopen(peer.session, "rb");
    if (file == NULL)
        return NULL;
    size_t length = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    return d2i_SSL_SESSION(NULL, &start, (long)length);
}

static enum result resume_in(SSL_CTX *ctx)
{
    SSL_SESSION *session = client_load_session();
    SSL *ssl = client_connection(ctx);
    if (session == NULL)
        return MISUSED;
    SSL_set_session(ssl, session);
    return client_talk(ssl);
}

static enum result resume(int version, bool tickets)
{
    return resume_in(context_for(version, tickets));
}

static enum result save_id(void)
{
    return save(TLS1_2_VERSION, false);
}

static enum result resume_id(void)
{
    return resume(TLS1_2_VERSION, false);
}

static enum result save_ticket(void)
{
    return save(TLS1_2_VERSION, true);
}

static enum result resume_ticket(void)
{
    return resume(TLS1_2_VERSION, true);
}

static enum result resume_unseen(void)
{
    return resume_in(limited(client_unseen_context(), TLS1_2_VERSION, true));
}

static enum result save_tls13(void)
{
    return client_resumes_tls13() ? save(TLS1_3_VERSION, true) : LACKING;
}

static enum result resume_tls13(void)
{
    return resume(TLS1_3_VERSION, true);
}

static enum result talk_early(SSL *ssl)
{
    size_t written = 0;
    if (SSL_write_early_data(ssl, "too early", 9, &written) != 1)
        puts("no early data");
    ERR_clear_error();
    return client_talk(ssl);
}

static enum result early_data(void)
{
    SSL_SESSION *session = client_load_session();
    SSL *ssl = client_connection(context_for(TLS1_3_VERSION, true));
    if (session == NULL)
        return MISUSED;
    SSL_set_session(ssl, session);
    return talk_early(ssl);
}

static SSL_SESSION *session_of_callback;

/* The session, under a key that the server knows. */
static int give_session(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,
                        SSL_SESSION **session)
{
    static const unsigned char key[16] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    static const unsigned char aes_256_gcm_sha384[] = {0x13, 0x02};
    (void)digest;
    *identity = (const unsigned char *)"client";
    *length = 6;
    SSL_SESSION_set1_master_key(session_of_callback, key, sizeof key);
    SSL_SESSION_set_cipher(session_of_callback, SSL_CIPHER_find(ssl, aes_256_gcm_sha384));
    SSL_SESSION_set_protocol_version(session_of_callback, TLS1_3_VERSION);
    SSL_SESSION_set_max_early_data(session_of_callback, 1024);
    *session = SSL_SESSION_dup(session_of_callback);
    return 1;
}

static int give_nothing(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,
                        SSL_SESSION **session)
{
    (void)ssl;
    (void)digest;
    (void)identity;
    (void)length;
    *session = NULL;
    return 1;
}

static bool callback_can_give_session(void)
{
    session_of_callback = SSL_CTX_set_psk_use_session_callback != NULL ? client_load_session() : NULL;
    return session_of_callback != NULL;
}

static enum result session_from_psk_callback(void)
{
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return LACKING;
    SSL_CTX_set_psk_use_session_callback(ctx, give_session);
    return client_talk(client_connection(ctx));
}

static enum result early_data_from_psk_callback(void)
{
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return LACKING;
    SSL_CTX_set_psk_use_session_callback(ctx, give_session);
    return talk_early(client_connection(ctx));
}

static enum result early_data_from_psk_callback_of_connection(void)
{
    SSL *ssl = client_connection(context_for(TLS1_3_VERSION, true));
    if (!callback_can_give_session())
        return LACKING;
    SSL_set_psk_use_session_callback(ssl, give_session);
    return talk_early(ssl);
}

static enum result early_data_from_psk_callback_of_copy(void)
{
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return LACKING;
    SSL_CTX_set_psk_use_session_callback(ctx, give_session);
    SSL *copy = SSL_dup(SSL_new(ctx));
    client_reach(copy, peer.host, peer.port);
    return talk_early(copy);
}

static enum result early_data_from_psk_callback_unseen(void)
{
    SSL_CTX *ctx = limited(client_unseen_context(), TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return LACKING;
    SSL_CTX_set_psk_use_session_callback(ctx, give_session);
    return talk_early(client_connection(ctx));
}

static enum result early_data_from_psk_callback_unseen_connection(void)
{
    SSL *ssl = client_connection(limited(client_unseen_context(), TLS1_3_VERSION, true));
    if (!callback_can_give_session())
        return LACKING;
    SSL_set_psk_use_session_callback(ssl, give_session);
    return talk_early(ssl);
}

typedef int use_session_callback(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,
                                 SSL_SESSION **session);

/* Neither the context is seen nor what it is told, as while the kill switch is on. */
static SSL_CTX *context_with_unseen_callback(void)
{
    void (*set)(SSL_CTX *, use_session_callback *);
    *(void **)&set = client_unseen("SSL_CTX_set_psk_use_session_callback");
    SSL_CTX *ctx = limited(client_unseen_context(), TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return NULL;
    set(ctx, give_session);
    return ctx;
}

static enum result early_data_from_unseen_psk_callback(void)
{
    SSL_CTX *ctx = context_with_unseen_callback();
    return ctx != NULL ? talk_early(client_connection(ctx)) : LACKING;
}

static enum result early_data_from_unseen_psk_callback_seen_later(void)
{
    SSL_CTX *ctx = context_with_unseen_callback();
    if (ctx == NULL)
        return LACKING;
    SSL_CTX_set_cert_verify_callback(ctx, NULL, NULL);
    return talk_early(client_connection(ctx));
}

/* A connection keeps what its context had when it was made. */
static SSL *connection_of_then(use_session_callback *since)
{
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return NULL;
    SSL_CTX_set_psk_use_session_callback(ctx, give_session);
    SSL *ssl = client_connection(ctx);
    SSL_CTX_set_psk_use_session_callback(ctx, since);
    return ssl;
}

static SSL *connection_of_bio_of_then(use_session_callback *since)
{
    SSL *ssl = NULL;
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return NULL;
    SSL_CTX_set_psk_use_session_callback(ctx, give_session);
    BIO_get_ssl(BIO_new_ssl(ctx, 1), &ssl);
    client_reach(ssl, peer.host, peer.port);
    SSL_CTX_set_psk_use_session_callback(ctx, since);
    return ssl;
}

static bool was_asked; /* for a session */

static int note_asked(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,
                      SSL_SESSION **session)
{
    (void)ssl;
    (void)digest;
    (void)identity;
    (void)length;
    *session = NULL;
    was_asked = true;
    return 1;
}

/* ... and nothing of what it gets later: that is for others. */
static enum result connection_before_psk_callback(void)
{
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return LACKING;
    SSL *ssl = client_connection(ctx);
    SSL_CTX_set_psk_use_session_callback(ctx, note_asked);
    enum result result = client_talk(ssl);
    return was_asked ? client_fails("the callback of another") : result;
}

static enum result session_from_psk_callback_of_then(void)
{
    SSL *ssl = connection_of_then(NULL);
    return ssl != NULL ? client_talk(ssl) : LACKING;
}

static enum result session_from_psk_callback_of_then_implicit(void)
{
    SSL *ssl = connection_of_then(NULL);
    if (ssl == NULL)
        return LACKING;
    SSL_set_connect_state(ssl);
    return client_exchange(ssl, peer.token);
}

static enum result early_data_from_psk_callback_of_then(void)
{
    SSL *ssl = connection_of_then(NULL);
    return ssl != NULL ? talk_early(ssl) : LACKING;
}

static enum result session_from_psk_callback_of_bio_of_then(void)
{
    SSL *ssl = connection_of_bio_of_then(NULL);
    return ssl != NULL ? client_talk(ssl) : LACKING;
}

static enum result early_data_from_psk_callback_of_bio_of_then(void)
{
    SSL *ssl = connection_of_bio_of_then(NULL);
    return ssl != NULL ? talk_early(ssl) : LACKING;
}

static enum result early_data_from_psk_callback_of_bio_before_another(void)
{
    SSL *ssl = connection_of_bio_of_then(give_nothing);
    return ssl != NULL ? talk_early(ssl) : LACKING;
}

/* By then ours has looked. */
static void set_callback_at_start(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where == SSL_CB_HANDSHAKE_START)
        SSL_set_psk_use_session_callback((SSL *)ssl, give_session);
}

/* Without any callback early data would not begin. */
static enum result early_data_from_later_psk_callback(void)
{
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    if (!callback_can_give_session())
        return LACKING;
    SSL_CTX_set_psk_use_session_callback(ctx, give_nothing);
    SSL_CTX_set_info_callback(ctx, set_callback_at_start);
    return talk_early(client_connection(ctx));
}

/* One that this process has verified. */
static enum result early_data_from_memory_by_psk_callback(void)
{
    SSL_CTX *ctx = context_for(TLS1_3_VERSION, true);
    SSL *first = client_connection(ctx);
    if (SSL_CTX_set_psk_use_session_callback == NULL)
        return LACKING;
    if (client_say(first, "first") != TALKED)
        return REFUSED;
    session_of_callback = SSL_get1_session(first);
    SSL_CTX_set_psk_use_session_callback(ctx, give_session);
    return talk_early(client_connection(ctx));
}

/* The same session once more, for the second peer; `how` gives it to the new connection. */
static enum result again_after(SSL_CTX *first_context, SSL_CTX *second_context, void (*how)(SSL *to, SSL *from))
{
    SSL *first = client_connection(first_context);
    if (client_say(first, "first") != TALKED)
        return MISUSED;
    SSL *second = SSL_new(second_context);
    client_reach(second, peer.other_host, peer.other_port);
    how(second, first);
    return client_talk(second);
}

static enum result again(SSL_CTX *second_context, void (*how)(SSL *to, SSL *from))
{
    return again_after(context_for(TLS1_2_VERSION, true), second_context, how);
}

static void set_session(SSL *to, SSL *from)
{
    SSL_SESSION *session = SSL_get1_session(from);
    SSL_set_session(to, session);
    SSL_SESSION_free(session);
}

/* What the first handshake of `to` came to must not spoil the look at the second one. */
static void set_session_after_refusal(SSL *to, SSL *from)
{
    client_say(to, "second");
    ERR_clear_error();
    SSL_clear(to);
    client_reach(to, peer.other_host, peer.other_port);
    set_session(to, from);
}

static void copy_session(SSL *to, SSL *from)
{
    SSL_copy_session_id(to, from);
}

static enum result reuse_session(void)
{
    return again(context_for(TLS1_2_VERSION, true), set_session);
}

static enum result reuse_session_verifying(void)
{
    SSL_CTX *ctx = client_verifying_context();
    client_speak_at_most(ctx, TLS1_2_VERSION);
    return again(ctx, set_session);
}

/* What the program's own CA vouched for, in the context that has it and in one that has it too. */
static enum result reuse_session_in_context(void)
{
    SSL_CTX *ctx = limited(client_verifying_context(), TLS1_2_VERSION, true);
    return again_after(ctx, ctx, set_session);
}

static enum result reuse_session_in_other_context(void)
{
    SSL_CTX *ctx = limited(client_verifying_context(), TLS1_2_VERSION, true);
    return again_after(ctx, limited(client_verifying_context(), TLS1_2_VERSION, true), set_session);
}

static enum result reuse_session_copied(void)
{
    return again(context_for(TLS1_2_VERSION, true), copy_session);
}

static enum result reuse_session_after_refusal(void)
{
    return again(context_for(TLS1_2_VERSION, true), set_session_after_refusal);
}

static enum result reuse_tls13(void)
{
    if (!client_resumes_tls13())
        return LACKING;
    return again_after(context_for(TLS1_3_VERSION, true), context_for(TLS1_3_VERSION, true), set_session);
}

static enum result reuse_raw_public_key(void)
{
    SSL_CTX *ctx = client_raw_public_key_context();
    return ctx != NULL ? again_after(ctx, ctx, set_session) : LACKING;
}

static SSL_SESSION *same(SSL_SESSION *session)
{
    return session;
}

/* As programs do that keep sessions in files or between processes. */
static SSL_SESSION *serialised(SSL_SESSION *session)
{
    unsigned char buffer[SESSION_MAX];
    unsigned char *end = buffer;
    const unsigned char *start = buffer;
    long length = i2d_SSL_SESSION(session, NULL) <= SESSION_MAX ? i2d_SSL_SESSION(session, &end) : 0;
    SSL_SESSION_free(session);
    return d2i_SSL_SESSION(NULL, &start, length);
}

/* A session of the server's other port, handed on by `how`. */
static enum result of_another_port(int version, SSL_SESSION *(*how)(SSL_SESSION *))
{
    SSL *first = SSL_new(context_for(version, true));
    client_reach(first, peer.host, peer.other_port);
    if (client_say(first, "first") != TALKED)
        return MISUSED;
    SSL *second = client_connection(context_for(version, true));
    SSL_SESSION *session = how(SSL_get1_session(first));
    SSL_set_session(second, session);
    SSL_SESSION_free(session);
    return client_talk(second);
}

static enum result of_another_port_tls12(void)
{
    return of_another_port(TLS1_2_VERSION, same);
}

static enum result of_another_port_tls13(void)
{
    return client_resumes_tls13() ? of_another_port(TLS1_3_VERSION, same) : LACKING;
}

static enum result of_another_port_serialised_tls12(void)
{
    return of_another_port(TLS1_2_VERSION, serialised);
}

static enum result of_another_port_serialised_tls13(void)
{
    return client_resumes_tls13() ? of_another_port(TLS1_3_VERSION, serialised) : LACKING;
}

static SSL_SESSION *session_to_slip_in;
static int moment;

/* Before the ClientHello; and once the handshake is done, what was closed is opened again. */
static void slip_in(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where == moment && session_to_slip_in != NULL) {
        SSL_set_session((SSL *)ssl, session_to_slip_in);
        session_to_slip_in = NULL;
    }
    if (where == SSL_CB_HANDSHAKE_DONE)
        SSL_set_shutdown((SSL *)ssl, 0);
}

/* 1.0.2 comes too late with its callback, unless the method is of one version. */
static SSL_CTX *context_that_calls_back(int version)
{
    SSL_CTX *ctx = client_context();
    if (SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MAX_PROTO_VERSION, version, NULL) == 1)
        return ctx;
    SSL_CTX_free(ctx);
    return SSL_CTX_new(TLSv1_2_client_method());
}

static enum result resume_from_callback(int version, int when)
{
    SSL_CTX *ctx = context_that_calls_back(version);
    session_to_slip_in = client_load_session();
    moment = when;
    SSL_CTX_set_info_callback(ctx, slip_in);
    return client_talk(client_connection(ctx));
}

static enum result resume_from_callback_at_start(void)
{
    return resume_from_callback(TLS1_2_VERSION, SSL_CB_HANDSHAKE_START);
}

/* Before 1.1.0 the ClientHello is gone by then. */
static enum result resume_from_later_callback(void)
{
    return client_resumes_tls13() ? resume_from_callback(TLS1_2_VERSION, SSL_CB_CONNECT_LOOP) : LACKING;
}

static enum result resume_from_later_callback_tls13(void)
{
    return client_resumes_tls13() ? resume_from_callback(TLS1_3_VERSION, SSL_CB_CONNECT_LOOP) : LACKING;
}

/* By then the process has verified a leaf of that name, which is another than the session's. */
static enum result resume_beside_another(void)
{
    SSL *first = SSL_new(context_for(TLS1_2_VERSION, true));
    client_reach(first, peer.host, peer.other_port);
    if (client_talk(first) != TALKED)
        return MISUSED;
    return resume_ticket();
}

const struct row session_rows[] = {
    {"save-id", save_id},
    {"session-file-id", resume_id},
    {"save-ticket", save_ticket},
    {"session-file-ticket", resume_ticket},
    {"session-file-unseen", resume_unseen},
    {"session-file-from-callback", resume_from_callback_at_start},
    {"session-file-from-later-callback", resume_from_later_callback},
    {"session-file-from-later-callback-tls13", resume_from_later_callback_tls13},
    {"session-file-beside-another", resume_beside_another},
    {"save-tls13", save_tls13},
    {"session-file-tls13", resume_tls13},
    {"early-data", early_data},
    {"session-from-psk-callback", session_from_psk_callback},
    {"early-data-from-psk-callback", early_data_from_psk_callback},
    {"early-data-from-psk-callback-of-connection", early_data_from_psk_callback_of_connection},
    {"early-data-from-psk-callback-of-copy", early_data_from_psk_callback_of_copy},
    {"early-data-from-psk-callback-unseen", early_data_from_psk_callback_unseen},
    {"early-data-from-psk-callback-unseen-connection", early_data_from_psk_callback_unseen_connection},
    {"connection-before-psk-callback", connection_before_psk_callback},
    {"session-from-psk-callback-of-then", session_from_psk_callback_of_then},
    {"session-from-psk-callback-of-then-implicit", session_from_psk_callback_of_then_implicit},
    {"early-data-from-psk-callback-of-then", early_data_from_psk_callback_of_then},
    {"session-from-psk-callback-of-bio-of-then", session_from_psk_callback_of_bio_of_then},
    {"early-data-from-psk-callback-of-bio-of-then", early_data_from_psk_callback_of_bio_of_then},
    {"early-data-from-psk-callback-of-bio-before-another", early_data_from_psk_callback_of_bio_before_another},
    {"early-data-from-unseen-psk-callback", early_data_from_unseen_psk_callback},
    {"early-data-from-unseen-psk-callback-seen-later", early_data_from_unseen_psk_callback_seen_later},
    {"early-data-from-later-psk-callback", early_data_from_later_psk_callback},
    {"early-data-from-memory-by-psk-callback", early_data_from_memory_by_psk_callback},
    {"session-memory", reuse_session},
    {"session-memory-verifying", reuse_session_verifying},
    {"session-memory-in-context", reuse_session_in_context},
    {"session-memory-in-other-context", reuse_session_in_other_context},
    {"session-memory-copied", reuse_session_copied},
    {"session-memory-after-refusal", reuse_session_after_refusal},
    {"session-memory-tls13", reuse_tls13},
    {"session-of-another-port", of_another_port_tls12},
    {"session-of-another-port-tls13", of_another_port_tls13},
    {"session-of-another-port-serialised", of_another_port_serialised_tls12},
    {"session-of-another-port-serialised-tls13", of_another_port_serialised_tls13},
    {"session-raw-public-key", reuse_raw_public_key},
    {NULL, NULL},
};
