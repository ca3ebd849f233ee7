#include "openssl/psk.h"

#include "openssl/session.h"
#include "policy/in_force.h"

#include <errno.h>

/* Where its context was not seen either, only while we are welcome. */
static struct connection *of_connection(const struct library *library, SSL *ssl)
{
    int saved = errno;
    struct connection *connection = NULL;
    if (context_of_connection(library, ssl) != NULL || (library != NULL && ssl != NULL && process_is_welcome()))
        connection = connection_get(library, ssl);
    errno = saved;
    return connection;
}

void psk_note_context_client(const struct library *library, const SSL_CTX *ctx, psk_client_callback callback)
{
    struct context *context = context_of(library, ctx);
    if (context == NULL)
        return;
    context->app_psk.client = callback;
    context->had_psk_client |= callback != NULL;
}

void psk_note_context_session(const struct library *library, const SSL_CTX *ctx, psk_use_session_callback callback)
{
    struct context *context = context_of(library, ctx);
    if (context == NULL)
        return;
    context->app_psk.session = callback;
    context->had_psk_session |= callback != NULL || context->psk_session_is_unseen;
    context->psk_session_is_unseen = false;
}

/* Not where the context may have one that nobody saw. */
static void note_none(const struct library *library, const struct context *context, SSL *ssl)
{
    int saved = errno;
    if (!context->psk_session_is_unseen)
        connection_made_without_psk(library, ssl);
    errno = saved;
}

void psk_note_new(const struct library *library, const SSL_CTX *ctx, SSL *ssl, const void *caller)
{
    const struct context *context = context_of(library, ctx);
    /* SSL_dup(3), which copies our ex_data as well: a connection made here would be lost by that. */
    if (context == NULL || ssl == NULL || library_called_itself(library, caller))
        return;
    if (!context->had_psk_client && !context->had_psk_session) {
        note_none(library, context, ssl);
        return;
    }
    struct connection *connection = of_connection(library, ssl);
    if (connection == NULL)
        return;
    connection->app_psk = context->app_psk;
    connection->owns_psk_client = true;
    connection->owns_psk_session = !context->psk_session_is_unseen;
}

psk_client_callback psk_note_client(const struct library *library, SSL *ssl, psk_client_callback callback)
{
    struct connection *connection = of_connection(library, ssl);
    if (connection == NULL)
        return callback;
    connection->app_psk.client = callback;
    connection->owns_psk_client = true;
    return connection->psk_is_dropped ? NULL : callback;
}

psk_use_session_callback psk_note_session(const struct library *library, SSL *ssl, psk_use_session_callback callback)
{
    struct connection *connection = of_connection(library, ssl);
    if (connection == NULL)
        return callback;
    connection->app_psk.session = callback;
    connection->owns_psk_session = true;
    if (connection->psk_is_dropped || callback == NULL)
        return NULL;
    return connection->psk_is_guarded ? library->use_session : callback;
}

/* Of a connection that was made out of sight, as by BIO_new_ssl(3), the context's present ones are the best guess. */
static struct psk_callbacks of_program(const struct library *library, const SSL *ssl,
                                       const struct connection *connection)
{
    const struct context *context = context_of_connection(library, ssl);
    struct psk_callbacks program = context != NULL ? context->app_psk : (struct psk_callbacks){NULL, NULL};
    if (connection->owns_psk_client)
        program.client = connection->app_psk.client;
    if (connection->owns_psk_session)
        program.session = connection->app_psk.session;
    return program;
}

static void set(const struct openssl_api *api, SSL *ssl, const struct psk_callbacks *callbacks)
{
    if (api->SSL_set_psk_client_callback != NULL)
        api->SSL_set_psk_client_callback(ssl, callbacks->client);
    if (api->SSL_set_psk_use_session_callback != NULL)
        api->SSL_set_psk_use_session_callback(ssl, callbacks->session);
}

/* Whether it was made while its context had a callback, of which nobody can tell by now. */
static bool may_have_had(const struct context *context, const struct connection *connection)
{
    return context != NULL && ((context->had_psk_client && !connection->owns_psk_client) ||
                               (context->had_psk_session && !connection->owns_psk_session));
}

bool psk_drop(const struct library *library, SSL *ssl, struct connection *connection)
{
    struct psk_callbacks program = of_program(library, ssl, connection);
    set(&library->api, ssl, &(struct psk_callbacks){NULL, NULL});
    connection->psk_is_dropped = true;
    return program.client != NULL || program.session != NULL ||
           may_have_had(context_of_connection(library, ssl), connection);
}

/* Takes away what gives sessions unseen, if anything does. */
static bool drop_unseen(const struct library *library, SSL *ssl, const struct connection *connection)
{
    const struct context *context = context_of_connection(library, ssl);
    if (connection->owns_psk_session ||
        (context != NULL && !context->had_psk_session && !context->psk_session_is_unseen))
        return false;
    library->api.SSL_set_psk_use_session_callback(ssl, NULL);
    return context != NULL && context->had_psk_session;
}

bool psk_guard(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    if (api->SSL_set_psk_use_session_callback == NULL || api->SSL_SESSION_free == NULL)
        return false;
    connection->psk_is_guarded = true;
    if (of_program(library, ssl, connection).session == NULL)
        return drop_unseen(library, ssl, connection);
    api->SSL_set_psk_use_session_callback(ssl, library->use_session);
    return false;
}

void psk_put_back(const struct library *library, SSL *ssl, struct connection *connection)
{
    if (!connection->psk_is_dropped && !connection->psk_is_guarded)
        return;
    struct psk_callbacks program = of_program(library, ssl, connection);
    if (connection->psk_is_dropped)
        set(&library->api, ssl, &program);
    else if (program.session != NULL)
        library->api.SSL_set_psk_use_session_callback(ssl, program.session);
    connection->psk_is_dropped = false;
    connection->psk_is_guarded = false;
}

/* One without a certificate is a key of which nobody knows whose it is: the policy's `psk` decides. */
static bool may_be_used(const struct library *library, SSL *ssl, const struct connection *connection,
                        const SSL_SESSION *session)
{
    return library->api.SSL_SESSION_get0_peer(session) == NULL ||
           session_may_be_resumed(library, ssl, session, connection);
}

/* libssl owns what the callback returns (SSL_set_psk_use_session_callback(3)). */
static void refuse(const struct library *library, struct connection *connection, const unsigned char **identity,
                   size_t *length, SSL_SESSION **session)
{
    library->api.SSL_SESSION_free(*session);
    *session = NULL;
    *identity = NULL;
    *length = 0;
    connection->dropped = AUTH_RESUMPTION;
}

int psk_use_session(const struct library *library, SSL *ssl, const EVP_MD *digest, const unsigned char **identity,
                    size_t *length, SSL_SESSION **session)
{
    struct connection *connection = connection_of(library, ssl);
    if (connection == NULL)
        return 0;
    psk_use_session_callback program = of_program(library, ssl, connection).session;
    *session = NULL;
    int answer = program != NULL ? program(ssl, digest, identity, length, session) : 1;
    int saved = errno;
    library->api.ERR_set_mark();
    if (answer != 0 && *session != NULL && !may_be_used(library, ssl, connection, *session))
        refuse(library, connection, identity, length, session);
    library->api.ERR_pop_to_mark();
    errno = saved;
    return answer;
}
