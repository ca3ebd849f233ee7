#include "openssl/connection.h"

#include "openssl/app_names.h"
#include "openssl/evidence.h"
#include "openssl/ex_data.h"
#include "openssl/write_bar.h"

#include <stdlib.h>
#include <string.h>

/* In the place of the record of an SSL that needs none yet: what its context gets later is not its own. */
static struct connection made_without_psk;

/* Its param may lie where that of a connection was that is gone: what was said of that is not of this one. */
static int connection_new(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)value;
    (void)data;
    (void)index;
    (void)number;
    const struct library *library = argument;
    if (library->api.X509_VERIFY_PARAM_get0_host == NULL && library->api.SSL_get0_param != NULL)
        app_names_forget(library->api.SSL_get0_param(parent));
    return 1;
}

static void connection_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)parent;
    (void)data;
    (void)number;
    const struct library *library = argument;
    struct connection *connection = value;
    if (index != library->connection_index || connection == &made_without_psk) /* or lost: see ex_data_take() */
        return;
    if (connection != NULL) {
        evidence_forget(connection->handshake.event_id);
        connection_reset(connection);
        free(connection->app_suites);
        free(connection->suites);
        free(connection->own_sni);
        write_bar_forget(library, connection);
    }
    free(connection);
}

static void dup_suites(struct connection *copy, const struct connection *original)
{
    if (original->app_suites == NULL)
        return;
    copy->app_suites = strdup(original->app_suites);
    copy->suites = strdup(original->suites);
}

/*
 * SSL_dup(3) copies the verify mode, the suites, the TLSA records and the callbacks other than those for pre-shared
 * keys, so the copy keeps what the program said, and no more.
 */
static int connection_dup(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void *value, int index, long number,
                          void *argument)
{
    (void)to;
    (void)from;
    (void)number;
    const struct library *library = argument;
    struct connection **slot = value;
    if (index != library->connection_index) /* one that was lost: see ex_data_take() */
        return 1;
    const struct connection *original = *slot != &made_without_psk ? *slot : NULL;
    struct connection *copy = original != NULL ? calloc(1, sizeof *copy) : NULL;
    if (copy != NULL) {
        copy->app_info = original->app_info;
        copy->handshake.call_site = original->handshake.call_site;
        copy->app_mode = original->app_mode;
        copy->mode_is_ours = original->mode_is_ours;
        copy->app_min_protocol = original->app_min_protocol;
        copy->min_protocol = original->min_protocol;
        copy->has_dane_record = original->has_dane_record;
        copy->dane_is_late = original->dane_is_late;
        copy->session_is_barred = original->session_is_barred;
        copy->id_context_length = original->id_context_length;
        memcpy(copy->id_context, original->id_context, sizeof copy->id_context);
        dup_suites(copy, original);
    }
    *slot = copy;
    return 1;
}

bool connection_attach(struct library *library)
{
    const struct ex_data_callbacks callbacks = {
        .added = connection_new, .copied = connection_dup, .freed = connection_free, .argument = library};
    return ex_data_take(&library->api, EX_DATA_OF_SSL, &callbacks, &library->connection_index);
}

/* The record, or what stands in its place. */
static struct connection *in_slot(const struct library *library, const SSL *ssl)
{
    return library->known && ssl != NULL ? library->api.SSL_get_ex_data(ssl, library->connection_index) : NULL;
}

struct connection *connection_of(const struct library *library, const SSL *ssl)
{
    struct connection *present = in_slot(library, ssl);
    return present != &made_without_psk ? present : NULL;
}

struct connection *connection_get(const struct library *library, SSL *ssl)
{
    struct connection *present = in_slot(library, ssl);
    if ((present != NULL && present != &made_without_psk) || !library->known)
        return present;
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection != NULL && library->api.SSL_set_ex_data(ssl, library->connection_index, connection) != 1) {
        free(connection);
        return NULL;
    }
    if (connection != NULL)
        connection->owns_psk_client = connection->owns_psk_session = present == &made_without_psk;
    return connection;
}

void connection_made_without_psk(const struct library *library, SSL *ssl)
{
    if (library->known && in_slot(library, ssl) == NULL)
        library->api.SSL_set_ex_data(ssl, library->connection_index, &made_without_psk);
}

/* SSL_in_before() is younger than SSL_state(), which says it of a call, though not of a callback. */
bool connection_is_before_handshake(const struct library *library, const SSL *ssl)
{
    const struct openssl_api *api = &library->api;
    if (library->modern)
        return api->SSL_in_before(ssl) != 0;
    return api->SSL_state != NULL && (api->SSL_state(ssl) & SSL_ST_BEFORE) != 0;
}

void connection_arm(const struct library *library, SSL *ssl, const void *caller)
{
    struct connection *connection = connection_get(library, ssl);
    if (connection == NULL || connection->armed)
        return;
    info_callback present = library->real.SSL_get_info_callback(ssl);
    if (present != library->info)
        connection->app_info = present;
    if (connection->handshake.call_site == NULL)
        connection->handshake.call_site = caller;
    connection->armed = true;
    library->real.SSL_set_info_callback(ssl, library->info);
}

bool connection_is_armed(const struct library *library, const SSL *ssl)
{
    if (context_of_connection(library, ssl) != NULL)
        return true;
    const struct connection *connection = library != NULL && library->known ? connection_of(library, ssl) : NULL;
    return connection != NULL && connection->armed;
}

void connection_reset(struct connection *connection)
{
    client_handshake_reset(&connection->handshake);
    name_watch_end(connection->names_watched);
    size_t kept = offsetof(struct connection, prepared);
    memset((char *)connection + kept, 0, sizeof *connection - kept);
}
