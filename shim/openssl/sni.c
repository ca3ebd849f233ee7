#include "openssl/sni.h"

#include "event/notice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(const struct openssl_api *api, SSL *ssl, char *name)
{
    if (api->SSL_ctrl != NULL)
        api->SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name);
    else if (api->SSL_set_tlsext_host_name != NULL)
        api->SSL_set_tlsext_host_name(ssl, name);
}

void sni_add(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    bool app_demands_chain = (api->SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
    const char *name = client_handshake_name_to_send(&connection->handshake, app_demands_chain);
    if (name == NULL || api->SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != NULL)
        return;
    connection->own_sni = strdup(name);
    if (connection->own_sni != NULL)
        set(api, ssl, connection->own_sni);
}

void sni_note(const struct library *library, const SSL *ssl)
{
    int saved = errno;
    struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    if (connection != NULL) {
        free(connection->own_sni);
        connection->own_sni = NULL;
    }
    errno = saved;
}

void sni_take_back(const struct library *library, SSL *ssl, struct connection *connection)
{
    if (connection->own_sni == NULL)
        return;
    const char *present = library->api.SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (present != NULL && strcmp(present, connection->own_sni) == 0)
        set(&library->api, ssl, NULL);
    free(connection->own_sni);
    connection->own_sni = NULL;
}

void sni_refused(const struct connection *connection)
{
    char message[PEER_NAME_MAX + 256];
    if (connection->own_sni == NULL)
        return;
    snprintf(message, sizeof message,
             "the server at %s refused the name %s (unrecognized_name), which was sent because the program sends none: "
             "a rule with name = tells one that it serves",
             connection->handshake.address[0] != '\0' ? connection->handshake.address : "an unknown address",
             connection->own_sni);
    notice_send(connection->handshake.settings.log, message);
}
