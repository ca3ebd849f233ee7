#include "openssl/handshake.h"

#include "event/announcement.h"
#include "event/notice.h"
#include "openssl/blocking.h"
#include "openssl/context.h"
#include "openssl/judge.h"
#include "openssl/late_session.h"
#include "openssl/observe.h"
#include "openssl/protocol_floor.h"
#include "openssl/psk.h"
#include "openssl/report.h"
#include "openssl/session.h"
#include "openssl/sni.h"
#include "openssl/suites.h"
#include "policy/in_force.h"
#include "process/loader.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* Set for good: a handshake then began without a record. */
static atomic_bool memory_was_short;

static bool is_first_start(const struct library *library, const SSL *ssl)
{
    char finished;
    if (library->modern)
        return library->api.SSL_in_before(ssl) != 0;
    return library->api.SSL_get_peer_finished(ssl, &finished, sizeof finished) == 0;
}

static bool peer_has_finished(const struct library *library, const SSL *ssl)
{
    char finished;
    return library->api.SSL_get_peer_finished(ssl, &finished, sizeof finished) > 0;
}

static void drop_unverified_session(const struct library *library, SSL *ssl, struct connection *connection)
{
    SSL_SESSION *session = library->api.SSL_get_session(ssl);
    connection->had_session = session != NULL;
    if (session == NULL || session_may_be_resumed(library, ssl, session, connection))
        return;
    library->api.SSL_set_session(ssl, NULL);
    connection->had_session = false;
}

/* What authenticates nobody, or in a way that the policy forbids, is not offered. */
static void drop_unwanted(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct settings *settings = &connection->handshake.settings;
    enum choice psk = client_handshake_psk(&connection->handshake);
    if (client_handshake_demands_proof(&connection->handshake))
        connection->dropped = suites_drop_unauthenticated(library, ssl, connection, psk);
    /* In TLS 1.3 no suite stands for a pre-shared key. */
    bool may_have_had =
        settings->mode == MODE_ENFORCE && psk == CHOICE_BLOCK
            ? psk_drop(library, ssl, connection)
            : client_handshake_demands_known_session(&connection->handshake) && psk_guard(library, ssl, connection);
    if (may_have_had)
        connection->dropped = AUTH_PSK;
}

/* 1.0.2 keeps the session of a ClientHello that offered no suite, and begins no other handshake with it. */
static void drop_stillborn_session(const struct library *library, SSL *ssl, const struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    const SSL_SESSION *session = connection->dropped != AUTH_CERTIFICATE ? api->SSL_get_session(ssl) : NULL;
    if (!library->modern && session != NULL && api->SSL_SESSION_get0_peer(session) == NULL)
        api->SSL_set_session(ssl, NULL);
}

/* What an earlier handshake of the SSL changed of what the program set. */
static void put_back(const struct library *library, SSL *ssl, struct connection *connection)
{
    blocking_undo(library, ssl, connection);
    late_session_undo(library, ssl, connection);
    suites_put_back(library, ssl, connection);
    protocol_floor_put_back(library, ssl, connection);
    psk_put_back(library, ssl, connection);
}

static void begin(const struct library *library, SSL *ssl, struct connection *connection, bool may_drop_session)
{
    library->api.ERR_set_mark();
    if (may_drop_session)
        drop_stillborn_session(library, ssl, connection);
    put_back(library, ssl, connection);
    blocking_reopen(library, ssl, connection);
    sni_take_back(library, ssl, connection);
    observe_peer(library, ssl, connection);
    if (may_drop_session)
        drop_unverified_session(library, ssl, connection);
    sni_add(library, ssl, connection);
    protocol_floor_raise(library, ssl, connection); /* of what is left, the suites that are unwanted */
    drop_unwanted(library, ssl, connection);
    library->api.ERR_pop_to_mark();
}

/* Before 1.1.0, and in LibreSSL, this is said of a session that is in its context's cache, and of no other. */
static void make_unresumable(const struct library *library, SSL *ssl, SSL_SESSION *session)
{
    const struct openssl_api *api = &library->api;
    SSL_CTX *context = api->SSL_get_SSL_CTX(ssl);
    if (!library->modern && api->SSL_CTX_add_session != NULL)
        api->SSL_CTX_add_session(context, session);
    api->SSL_CTX_remove_session(context, session);
}

/*
 * A connection that goes on cannot be without a session: SSL_set_session(3) would begin anew with all it has agreed on.
 * But libssl offers none that was removed from its context.
 */
static void retire_unverified_session(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    SSL_SESSION *session = api->SSL_get_session(ssl);
    connection->had_session = session != NULL;
    if (session != NULL && api->SSL_CTX_remove_session != NULL &&
        !session_may_be_resumed(library, ssl, session, connection))
        make_unresumable(library, ssl, session);
}

/* A renegotiation is judged anew, and may resume the session of the connection; TLS 1.3 only seems to have any. */
static void renegotiate(const struct library *library, SSL *ssl, struct connection *connection)
{
    if (connection->handshake.stage <= STAGE_OBSERVED || strcmp(library->api.SSL_get_version(ssl), "TLSv1.3") == 0)
        return;
    connection->verifying = false;
    name_watch_end(connection->names_watched);
    connection->names_watched = NULL;
    library->api.ERR_set_mark();
    put_back(library, ssl, connection);
    observe_again(connection);
    retire_unverified_session(library, ssl, connection);
    drop_unwanted(library, ssl, connection);
    library->api.ERR_pop_to_mark();
}

static void on_start(const struct library *library, SSL *ssl)
{
    if (!is_first_start(library, ssl)) {
        struct connection *known = connection_of(library, ssl);
        if (known != NULL)
            renegotiate(library, ssl, known);
        return;
    }
    struct connection *connection = connection_get(library, ssl);
    if (connection == NULL) {
        atomic_store(&memory_was_short, true);
        return; /* the verification finds none either, and fails closed */
    }
    /* Name, address, policy and session may be others since. */
    if (library->modern || !connection->prepared)
        begin(library, ssl, connection, library->modern);
    connection->prepared = false;
}

/* A call that only goes on with a handshake must not take its session away. */
static void prepare(const struct library *library, SSL *ssl)
{
    int saved = errno;
    bool starts = connection_is_before_handshake(library, ssl) && process_is_welcome();
    struct connection *connection = starts ? connection_get(library, ssl) : NULL;
    if (connection != NULL) {
        begin(library, ssl, connection, true);
        connection->prepared = true;
    }
    errno = saved;
}

void handshake_enter(const struct library *library, SSL *ssl, bool connecting)
{
    if (library != NULL && library->known && !library->modern && (connecting || observe_is_client(library, ssl)))
        prepare(library, ssl);
}

void handshake_before_early_data(const struct library *library, SSL *ssl)
{
    if (library == NULL || !library->known || !observe_is_client(library, ssl))
        return;
    prepare(library, ssl);
    struct connection *connection = connection_of(library, ssl);
    if (connection != NULL)
        connection->writes_early_data = true;
}

/* Before the handshake begins it may be set: it is looked at when it does. */
bool handshake_refuses_session(const struct library *library, SSL *ssl, SSL_SESSION *session)
{
    int saved = errno;
    struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    if (connection == NULL || !connection->writes_early_data || connection->handshake.stage != STAGE_OBSERVED ||
        session == NULL || connection_is_before_handshake(library, ssl))
        return false;
    library->api.ERR_set_mark();
    bool refused = !session_may_be_resumed(library, ssl, session, connection);
    library->api.ERR_pop_to_mark();
    errno = saved;
    return refused;
}

bool handshake_refuses_session_of(const struct library *library, SSL *ssl, const SSL *from)
{
    return library != NULL && library->known && from != NULL &&
           handshake_refuses_session(library, ssl, library->api.SSL_get_session(from));
}

void handshake_left(const struct library *library, SSL *ssl)
{
    int saved = errno;
    struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    if (connection != NULL) {
        connection->prepared = false;
        connection->writes_early_data = false;
    }
    errno = saved;
}

bool handshake_takes_session(const struct library *library, const SSL_SESSION *session)
{
    if (library == NULL || !library->known || library->modern || session == NULL ||
        session_is_marked(library, session) || !process_is_welcome())
        return true;
    return !policy_may_enforce();
}

void handshake_took_session(const struct library *library, SSL *ssl)
{
    if (library != NULL && library->known && !handshake_takes_session(library, library->api.SSL_get_session(ssl)))
        library->api.SSL_set_session(ssl, NULL);
}

/*
 * For want of memory, where there ever was any: else the handshake began while we were not welcome. What brought a
 * certificate was verified all the same.
 */
static void on_done_without_record(const struct library *library, SSL *ssl)
{
    if (atomic_load(&memory_was_short) && peer_has_finished(library, ssl) && !judge_saw_certificate(library, ssl))
        blocking_close_without_verdict(library, ssl);
}

static void on_done(const struct library *library, SSL *ssl)
{
    struct connection *connection = connection_of(library, ssl);
    if (connection == NULL) {
        on_done_without_record(library, ssl);
        return;
    }
    if (connection->handshake.stage == STAGE_DONE || !peer_has_finished(library, ssl))
        return;
    if (connection->handshake.settings.mode == MODE_OFF || !process_is_welcome()) {
        connection->handshake.stage = STAGE_DONE;
        return;
    }
    if (connection->handshake.stage == STAGE_DECIDED) {
        session_mark(library, ssl, connection);
    } else {
        judge_without_certificate(library, ssl, connection);
        report_handshake(library, ssl, connection, NULL);
        /* Too late for an alert; no byte may follow. */
        if (client_handshake_is_blocked(&connection->handshake))
            blocking_close(library, ssl, connection);
    }
    connection->handshake.stage = STAGE_DONE;
}

/* How a peer would have proved itself that an alert of ours or of the server ended the handshake with. */
static enum authentication refused_with(const struct connection *connection, int where, int alert)
{
    if (connection->session_is_barred && where == SSL_CB_WRITE_ALERT && alert == SSL_AD_ILLEGAL_PARAMETER)
        return AUTH_RESUMPTION;
    /* Without the suites that were dropped the server found none to share, or libssl none to offer. */
    return alert == SSL_AD_HANDSHAKE_FAILURE || alert == SSL_AD_INTERNAL_ERROR ? connection->dropped : AUTH_CERTIFICATE;
}

/* What ends without a certificate, or without a version in common, must not do so in silence. */
static void judge_end(const struct library *library, SSL *ssl, struct connection *connection, int where, int alert)
{
    enum authentication authentication = refused_with(connection, where, alert);
    bool is_too_old =
        authentication == AUTH_CERTIFICATE && protocol_floor_ended(library, ssl, connection, where, alert);
    if (is_too_old)
        judge_without_protocol(connection);
    else if (authentication != AUTH_CERTIFICATE)
        judge_unfinished(connection, authentication);
    else
        return;
    report_handshake(library, ssl, connection, NULL);
    connection->handshake.stage = STAGE_DONE;
    connection->refused = is_too_old || authentication == AUTH_RESUMPTION;
}

static void on_alert(const struct library *library, SSL *ssl, int where, int value)
{
    struct connection *connection = connection_of(library, ssl);
    if (connection == NULL || value >> 8 != SSL3_AL_FATAL)
        return;
    if (where == SSL_CB_READ_ALERT && (value & 0xff) == SSL_AD_UNRECOGNIZED_NAME)
        sni_refused(connection);
    if (connection->handshake.stage == STAGE_OBSERVED)
        judge_end(library, ssl, connection, where, value & 0xff);
    if (where == SSL_CB_WRITE_ALERT)
        blocking_explain(library, connection);
}

static void tell_program(const struct library *library, const SSL *ssl, int where, int value)
{
    const struct connection *connection = connection_of(library, ssl);
    info_callback callback = connection != NULL ? connection->app_info : NULL;
    if (callback == NULL) {
        const struct context *context = context_of_connection(library, ssl);
        callback = context != NULL ? context->app_info
                                   : library->api.SSL_CTX_get_info_callback(library->api.SSL_get_SSL_CTX(ssl));
    }
    if (callback != NULL)
        callback(ssl, where, value);
}

static void on_loop(const struct library *library, SSL *ssl)
{
    struct connection *connection = connection_of(library, ssl);
    if (connection != NULL && client_handshake_demands_known_session(&connection->handshake))
        late_session_watch(library, ssl, connection);
}

/* An SSL that was a blocked client's before. */
static void on_start_of_server(const struct library *library, SSL *ssl)
{
    struct connection *connection = connection_of(library, ssl);
    if (connection == NULL)
        return;
    blocking_reopen(library, ssl, connection);
    put_back(library, ssl, connection);
    sni_take_back(library, ssl, connection);
}

static void on_info(const struct library *library, SSL *ssl, int where, int value)
{
    int saved = errno;
    if (where == SSL_CB_WRITE_ALERT || where == SSL_CB_READ_ALERT) {
        on_alert(library, ssl, where, value);
    } else if (where == SSL_CB_CONNECT_LOOP) {
        on_loop(library, ssl);
    } else if (where == SSL_CB_HANDSHAKE_START && !observe_is_client(library, ssl)) {
        on_start_of_server(library, ssl);
    } else if ((where == SSL_CB_HANDSHAKE_START || where == SSL_CB_HANDSHAKE_DONE) && observe_is_client(library, ssl) &&
               (connection_of(library, ssl) != NULL || process_is_welcome())) {
        if (where == SSL_CB_HANDSHAKE_START)
            on_start(library, ssl);
        else
            on_done(library, ssl);
    }
    errno = saved;
}

/* What the program does on the way is looked at before it has an effect; what it does at the end, after the verdict. */
void handshake_info(const struct library *library, const SSL *ssl, int where, int value)
{
    bool is_on_the_way = where == SSL_CB_HANDSHAKE_START || where == SSL_CB_CONNECT_LOOP;
    if (is_on_the_way)
        tell_program(library, ssl, where, value);
    on_info(library, (SSL *)ssl, where, value);
    if (!is_on_the_way)
        tell_program(library, ssl, where, value);
    if (where == SSL_CB_HANDSHAKE_DONE)
        blocking_keep_closed(library, (SSL *)ssl);
}

static int program_verifies(const struct library *library, const struct context *context, X509_STORE_CTX *store_ctx)
{
    if (context != NULL && context->app_verify != NULL)
        return context->app_verify(store_ctx, context->app_verify_argument);
    return library_verification(library)(store_ctx);
}

/*
 * Said with the connection and not with the thread: what the program runs meanwhile may be other handshakes, may go on
 * in another thread, and may never return.
 */
static int program_verifies_peer(const struct library *library, struct connection *connection,
                                 const struct context *context, X509_STORE_CTX *store_ctx)
{
    connection->verifying = true;
    int accepted = program_verifies(library, context, store_ctx);
    connection->verifying = false;
    return accepted;
}

static SSL *connection_being_verified(const struct library *library, X509_STORE_CTX *store_ctx)
{
    int index = library->api.SSL_get_ex_data_X509_STORE_CTX_idx();
    return index >= 0 ? library->api.X509_STORE_CTX_get_ex_data(store_ctx, index) : NULL;
}

/* A handshake that was ours when it began, and is not any more, is left alone to its end. */
static void leave_alone(const struct library *library, const SSL *ssl)
{
    struct connection *connection = connection_of(library, ssl);
    if (connection != NULL && connection->handshake.stage == STAGE_OBSERVED)
        connection->handshake.settings.mode = MODE_OFF;
}

static bool is_ours_to_judge(const struct library *library, const SSL *ssl)
{
    if (ssl == NULL || !observe_is_client(library, ssl))
        return false;
    bool welcome = process_is_welcome();
    if (!welcome)
        leave_alone(library, ssl);
    return welcome;
}

/* SSL_set_retry_verify(3). A QUIC object cannot be asked: it holds its lock while it verifies. */
static bool retry_is_pending(const struct openssl_api *api, const SSL *ssl)
{
    return api->SSL_want != NULL && (api->SSL_is_quic == NULL || api->SSL_is_quic(ssl) == 0) &&
           api->SSL_want(ssl) == SSL_RETRY_VERIFY;
}

/*
 * Before and after the program's own verification, which may leave errno as it likes. Two functions that are not
 * inlined, because that may end in another thread: a compiler looks up the place of errno once per function.
 */
__attribute__((noinline)) static void prepare_judgement(const struct library *library, SSL *ssl,
                                                        struct connection *connection, const struct context *context,
                                                        X509_STORE_CTX *store_ctx, struct judgement *judgement)
{
    int saved = errno;
    const struct library *outer = library_calling(library);
    judge_before_program(library, ssl, connection, context, store_ctx, judgement);
    library_calling(outer);
    errno = saved;
}

__attribute__((noinline)) static int finish_judgement(struct judgement *judgement, int accepted)
{
    int saved = errno;
    const struct library *library = judgement->library;
    const struct library *outer = library_calling(library);
    struct connection *connection = judgement->connection;
    /* Only together with success does libssl take it for a request to be asked again. */
    if (accepted <= 0 || !retry_is_pending(&library->api, judgement->ssl)) {
        judge_after_program(judgement, accepted);
        connection->handshake.stage = STAGE_DECIDED;
        report_handshake(library, judgement->ssl, connection, judgement);
        accepted = blocking_carry_out(library, judgement->ssl, connection, judgement->store_ctx, accepted);
    }
    judge_finish(judgement);
    library_calling(outer);
    errno = saved;
    return accepted;
}

static int verify_and_judge(const struct library *library, SSL *ssl, struct connection *connection,
                            const struct context *context, X509_STORE_CTX *store_ctx)
{
    struct judgement judgement;
    prepare_judgement(library, ssl, connection, context, store_ctx, &judgement);
    int accepted = program_verifies_peer(library, connection, context, store_ctx);
    return finish_judgement(&judgement, accepted);
}

static void observe(const struct library *library, SSL *ssl, struct connection *connection)
{
    int saved = errno;
    if (connection->handshake.stage == STAGE_NEW)
        observe_peer(library, ssl, connection);
    else
        observe_address(library, ssl, connection);
    errno = saved;
}

static int verify(const struct library *library, SSL *ssl, const struct context *context, X509_STORE_CTX *store_ctx)
{
    if (!is_ours_to_judge(library, ssl))
        return program_verifies(library, context, store_ctx);
    struct connection *connection = connection_get(library, ssl);
    if (connection == NULL)
        return blocking_without_verdict(library, ssl, store_ctx, program_verifies(library, context, store_ctx));
    observe(library, ssl, connection);
    if (connection->handshake.settings.mode == MODE_OFF)
        return program_verifies_peer(library, connection, context, store_ctx);
    return verify_and_judge(library, ssl, connection, context, store_ctx);
}

int handshake_verify(X509_STORE_CTX *store_ctx, void *argument)
{
    const struct library *library = argument;
    SSL *ssl = connection_being_verified(library, store_ctx);
    return verify(library, ssl, context_of_connection(library, ssl), store_ctx);
}

/* Said once: of connections that passed the hooks, those without a certificate to verify never come by here. */
static void report_missing_hook(void)
{
    static atomic_bool reported;
    if (!atomic_exchange(&reported, true) && loader_own_hook("dlsym") == NULL)
        notice_not_covered("not covered: resumed sessions and suites without a certificate, where the program finds "
                           "OpenSSL by dlsym or RTLD_DEEPBIND: neither is hooked on this architecture");
}

/* A program's callback may verify again in a context of its own: the verdict waits for what it returns. */
static bool program_is_verifying(const struct library *library, const SSL *ssl)
{
    const struct connection *connection = connection_of(library, ssl);
    return connection != NULL && connection->verifying;
}

/* Whether our info callback is in place, for the SSL itself or by its context. */
static bool sees_handshakes(const struct library *library, const SSL *ssl)
{
    info_callback present =
        library->real.SSL_get_info_callback != NULL ? library->real.SSL_get_info_callback(ssl) : NULL;
    if (present == NULL)
        present = library->api.SSL_CTX_get_info_callback(library->api.SSL_get_SSL_CTX(ssl));
    return present == library->info;
}

/*
 * What a program verifies when its peer has its verdict is something else, though it shows the connection. The stage is
 * that of the present handshake only where its start was seen.
 */
static bool has_verdict(const struct library *library, const SSL *ssl)
{
    const struct connection *connection = connection_of(library, ssl);
    return connection != NULL && connection->handshake.stage >= STAGE_DECIDED && sees_handshakes(library, ssl);
}

int handshake_net(const struct library *library, X509_STORE_CTX *store_ctx, verification *real)
{
    SSL *ssl = library->complete ? connection_being_verified(library, store_ctx) : NULL;
    if (!is_ours_to_judge(library, ssl) || program_is_verifying(library, ssl) || has_verdict(library, ssl))
        return real(store_ctx);
    report_missing_hook();
    return verify(library, ssl, NULL, store_ctx);
}
