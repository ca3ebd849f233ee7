#include "openssl/late_session.h"

#include "openssl/session.h"

#include <string.h>

static bool can_be_barred(const struct openssl_api *api)
{
    return api->SSL_get_pending_cipher != NULL && api->SSL_set_session_id_context != NULL &&
           api->SSL_SESSION_get0_id_context != NULL && api->SSL_SESSION_set1_id_context != NULL;
}

/* The session that libssl makes for a ClientHello has no identity yet. */
static bool may_be_resumed(const struct openssl_api *api, const SSL_SESSION *session)
{
    unsigned length = 0;
    return session != NULL && api->SSL_SESSION_get_id(session, &length) != NULL && length > 0;
}

static void bar(const struct openssl_api *api, SSL *ssl, struct connection *connection, const SSL_SESSION *session)
{
    static const unsigned char ours[] = "tlsward: not verified";
    unsigned length = 0;
    const unsigned char *context = api->SSL_SESSION_get0_id_context(session, &length);
    if (length > sizeof connection->id_context)
        return;
    memcpy(connection->id_context, context, length);
    connection->id_context_length = length;
    connection->session_is_barred = api->SSL_set_session_id_context(ssl, ours, sizeof ours - 1) == 1;
}

void late_session_undo(const struct library *library, SSL *ssl, struct connection *connection)
{
    if (connection->session_is_barred)
        library->api.SSL_set_session_id_context(ssl, connection->id_context, connection->id_context_length);
    connection->session_is_barred = false;
}

/* The server did not accept it, and what libssl made in its place has our context. */
static void unbar(const struct library *library, SSL *ssl, struct connection *connection, SSL_SESSION *made)
{
    late_session_undo(library, ssl, connection);
    library->api.SSL_SESSION_set1_id_context(made, connection->id_context, connection->id_context_length);
}

void late_session_watch(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    if (!library->modern || connection->handshake.stage != STAGE_OBSERVED || !can_be_barred(api))
        return;
    SSL_SESSION *session = api->SSL_get_session(ssl);
    bool answered = api->SSL_get_pending_cipher(ssl) != NULL; /* with a ServerHello, or a request to say hello again */
    if (session == NULL || session == connection->watched_session)
        return;
    connection->watched_session = session;
    if (connection->session_is_barred)
        unbar(library, ssl, connection, session);
    if (!answered && may_be_resumed(api, session) && !session_may_be_resumed(library, ssl, session, connection))
        bar(api, ssl, connection, session);
}
