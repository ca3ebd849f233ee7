#include "psk.h"

#include <errno.h>

static struct psk_callbacks *of_context(const struct library *library, const SSL_CTX *ctx)
{
    struct context *context = context_of(library, ctx);
    return context != NULL ? &context->app_psk : NULL;
}

/* SSL_new(3) copied the context's; from here on the connection has its own. */
static struct psk_callbacks *of_connection(const struct library *library, SSL *ssl)
{
    int saved = errno;
    struct connection *connection = NULL;
    const struct context *context = context_of_connection(library, ssl);
    if (context != NULL)
        connection = connection_get(library, ssl);
    if (connection != NULL && !connection->psk_is_own) {
        connection->app_psk = context->app_psk;
        connection->psk_is_own = true;
    }
    errno = saved;
    return connection != NULL ? &connection->app_psk : NULL;
}

void psk_note_context_client(const struct library *library, const SSL_CTX *ctx, psk_client_callback callback)
{
    struct psk_callbacks *callbacks = of_context(library, ctx);
    if (callbacks != NULL)
        callbacks->client = callback;
}

void psk_note_context_session(const struct library *library, const SSL_CTX *ctx, psk_use_session_callback callback)
{
    struct psk_callbacks *callbacks = of_context(library, ctx);
    if (callbacks != NULL)
        callbacks->session = callback;
}

void psk_note_client(const struct library *library, SSL *ssl, psk_client_callback callback)
{
    struct psk_callbacks *callbacks = of_connection(library, ssl);
    if (callbacks != NULL)
        callbacks->client = callback;
}

void psk_note_session(const struct library *library, SSL *ssl, psk_use_session_callback callback)
{
    struct psk_callbacks *callbacks = of_connection(library, ssl);
    if (callbacks != NULL)
        callbacks->session = callback;
}

static struct psk_callbacks of_program(const struct library *library, const SSL *ssl,
                                       const struct connection *connection)
{
    if (connection->psk_is_own)
        return connection->app_psk;
    const struct context *context = context_of_connection(library, ssl);
    return context != NULL ? context->app_psk : (struct psk_callbacks){NULL, NULL};
}

static void set(const struct openssl_api *api, SSL *ssl, const struct psk_callbacks *callbacks)
{
    if (api->SSL_set_psk_client_callback != NULL)
        api->SSL_set_psk_client_callback(ssl, callbacks->client);
    if (api->SSL_set_psk_use_session_callback != NULL)
        api->SSL_set_psk_use_session_callback(ssl, callbacks->session);
}

bool psk_drop(const struct library *library, SSL *ssl, struct connection *connection)
{
    struct psk_callbacks program = of_program(library, ssl, connection);
    set(&library->api, ssl, &(struct psk_callbacks){NULL, NULL});
    connection->psk_is_dropped = true;
    return program.client != NULL || program.session != NULL;
}

void psk_put_back(const struct library *library, SSL *ssl, struct connection *connection)
{
    if (!connection->psk_is_dropped)
        return;
    struct psk_callbacks program = of_program(library, ssl, connection);
    set(&library->api, ssl, &program);
    connection->psk_is_dropped = false;
}
