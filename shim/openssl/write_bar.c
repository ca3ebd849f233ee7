#include "openssl/write_bar.h"

#include <errno.h>
#include <stddef.h>

/* What tells our BIO from the program's, whose address a later one may have: it holds these no bytes. */
static char nothing[1];

static BIO *new_bar(const struct openssl_api *api)
{
    return api->BIO_new_mem_buf != NULL ? api->BIO_new_mem_buf(nothing, 0) : NULL;
}

static bool is_bar(const struct openssl_api *api, BIO *bio)
{
    char *content = NULL;
    if (bio == NULL || api->BIO_method_type == NULL || api->BIO_method_type(bio) != BIO_TYPE_MEM)
        return false;
    api->BIO_ctrl(bio, BIO_CTRL_INFO, 0, &content);
    return content == nothing;
}

/* That of a QUIC object is for all of its packets. */
static bool is_quic(const struct openssl_api *api, const SSL *ssl)
{
    return api->SSL_is_quic != NULL && api->SSL_is_quic(ssl) != 0;
}

/* Before 1.1.0 no reference can be taken to the program's, which the SSL goes on reading from where it is the same. */
static bool can_refer(const struct openssl_api *api)
{
    return api->BIO_up_ref != NULL && api->BIO_free_all != NULL;
}

/*
 * Both at once, for who cannot set the one alone. LibreSSL's versions do not agree on what becomes of a BIO that stays
 * as one of two that were the same: there both are replaced.
 */
static void set_both(const struct openssl_api *api, SSL *ssl, BIO *from, BIO *to)
{
    BIO *reading = api->SSL_get_rbio(ssl);
    api->SSL_set_bio(ssl, reading == from && can_refer(api) ? to : reading, to);
}

/* The reference to `to` becomes the SSL's, and that to what it had is given up. */
static void replace(const struct openssl_api *api, SSL *ssl, BIO *from, BIO *to)
{
    if (api->SSL_set0_wbio != NULL)
        api->SSL_set0_wbio(ssl, to);
    else
        set_both(api, ssl, from, to);
}

static bool can_replace(const struct openssl_api *api, const SSL *ssl, const BIO *present)
{
    if (api->SSL_set0_wbio != NULL)
        return can_refer(api);
    return api->SSL_set_bio != NULL && api->SSL_get_rbio != NULL &&
           (can_refer(api) || api->SSL_get_rbio(ssl) == present);
}

void write_bar_set(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    BIO *present = is_quic(api, ssl) ? NULL : api->SSL_get_wbio(ssl);
    if (connection->barred_wbio != NULL || present == NULL || !can_replace(api, ssl, present))
        return;
    BIO *bar = new_bar(api);
    if (bar == NULL)
        return;
    if (can_refer(api))
        api->BIO_up_ref(present);
    connection->barred_wbio = present;
    replace(api, ssl, present, bar);
}

void write_bar_lift(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    BIO *barred = connection->barred_wbio;
    if (barred == NULL)
        return;
    BIO *present = api->SSL_get_wbio(ssl);
    if (is_bar(api, present) && (can_refer(api) || api->SSL_get_rbio(ssl) == barred))
        replace(api, ssl, present, barred);
    else
        write_bar_forget(library, connection);
    connection->barred_wbio = NULL;
}

void write_bar_renew(const struct library *library, SSL *ssl, struct connection *connection)
{
    if (!is_bar(&library->api, library->api.SSL_get_wbio(ssl)))
        write_bar_forget(library, connection);
    write_bar_set(library, ssl, connection);
}

/* What the program read from the SSL may be the bar itself. */
bool write_bar_set_aside(const struct library *library, SSL *ssl, const BIO *writing)
{
    int saved = errno;
    struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    if (connection == NULL || connection->barred_wbio == NULL || library->api.SSL_get_wbio(ssl) == writing)
        return false;
    write_bar_lift(library, ssl, connection);
    errno = saved;
    return true;
}

void write_bar_set_again(const struct library *library, SSL *ssl)
{
    int saved = errno;
    struct connection *connection = connection_of(library, ssl);
    if (connection != NULL && connection->closed && !connection_is_before_handshake(library, ssl))
        write_bar_set(library, ssl, connection);
    errno = saved;
}

void write_bar_forget(const struct library *library, struct connection *connection)
{
    if (connection->barred_wbio != NULL && can_refer(&library->api))
        library->api.BIO_free_all(connection->barred_wbio);
    connection->barred_wbio = NULL;
}
