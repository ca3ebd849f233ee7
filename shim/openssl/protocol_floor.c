#include "openssl/protocol_floor.h"

#include <string.h>

/* SSL_set_min_proto_version(3): a macro in OpenSSL, where SSL_get_min_proto_version() came with 1.1.0g. */
static bool can_ask(const struct openssl_api *api)
{
    if (api->SSL_get_min_proto_version != NULL) /* LibreSSL */
        return api->SSL_set_min_proto_version != NULL && api->SSL_get_max_proto_version != NULL;
    return api->SSL_ctrl != NULL && api->SSL_set_psk_use_session_callback != NULL; /* 1.1.1 */
}

static int minimum(const struct openssl_api *api, SSL *ssl)
{
    if (api->SSL_get_min_proto_version != NULL)
        return api->SSL_get_min_proto_version(ssl);
    return (int)api->SSL_ctrl(ssl, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, NULL);
}

static int maximum(const struct openssl_api *api, SSL *ssl)
{
    if (api->SSL_get_max_proto_version != NULL)
        return api->SSL_get_max_proto_version(ssl);
    return (int)api->SSL_ctrl(ssl, SSL_CTRL_GET_MAX_PROTO_VERSION, 0, NULL);
}

static bool set_minimum(const struct openssl_api *api, SSL *ssl, int version)
{
    if (api->SSL_set_min_proto_version != NULL)
        return api->SSL_set_min_proto_version(ssl, (uint16_t)version) == 1;
    return api->SSL_ctrl(ssl, SSL_CTRL_SET_MIN_PROTO_VERSION, version, NULL) == 1;
}

static bool is_datagram(const struct openssl_api *api, const SSL *ssl)
{
    return strncmp(api->SSL_get_version(ssl), "DTLS", 4) == 0;
}

/* As on the wire: RFC 8446, appendix B.3.1, and RFC 6347, section 4.1; 0 for what has no number. */
static int number_of(enum protocol protocol, bool datagram)
{
    static const int tls[] = {0, 0x0301, 0x0302, 0x0303, 0x0304};
    static const int dtls[] = {0, 0xfeff, 0xfeff, 0xfefd, 0xfefc};
    return datagram ? dtls[protocol] : tls[protocol];
}

/* Neither of them 0. Those of DTLS count down, but for one from before RFC 4347. */
static bool is_older(int version, int than, bool datagram)
{
    return datagram ? version > than || version < 0xfe00 : version < than;
}

void protocol_floor_raise(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    const struct settings *settings = &connection->handshake.settings;
    if (settings->mode != MODE_ENFORCE || settings->min_protocol == PROTOCOL_ANY || !can_ask(api) ||
        strncmp(api->SSL_get_version(ssl), "QUIC", 4) == 0)
        return;
    bool datagram = is_datagram(api, ssl);
    int wanted = number_of(settings->min_protocol, datagram);
    int present = minimum(api, ssl), highest = maximum(api, ssl);
    if ((present != 0 && !is_older(present, wanted, datagram)) || (highest != 0 && is_older(highest, wanted, datagram)))
        return;
    if (!set_minimum(api, ssl, wanted))
        return;
    connection->app_min_protocol = present;
    connection->min_protocol = wanted;
}

void protocol_floor_put_back(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    if (connection->min_protocol != 0 && minimum(api, ssl) == connection->min_protocol)
        set_minimum(api, ssl, connection->app_min_protocol);
    connection->min_protocol = 0;
}

void protocol_floor_forget(const struct library *library, const SSL *ssl)
{
    struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    if (connection != NULL)
        connection->min_protocol = 0;
}

/* Where libssl finds nothing to offer, it is an error of its own, before the server has said anything. */
static bool offers_nothing(const struct openssl_api *api, const SSL *ssl, int where, int alert)
{
    return where == SSL_CB_WRITE_ALERT && alert == SSL_AD_INTERNAL_ERROR && api->SSL_get_pending_cipher != NULL &&
           api->SSL_get_pending_cipher(ssl) == NULL;
}

bool protocol_floor_ended(const struct library *library, const SSL *ssl, const struct connection *connection, int where,
                          int alert)
{
    return connection->min_protocol != 0 &&
           (alert == SSL_AD_PROTOCOL_VERSION || offers_nothing(&library->api, ssl, where, alert));
}

enum protocol protocol_named(const char *version)
{
    static const struct {
        char name[12];
        enum protocol protocol;
    } known[] = {
        {"TLSv1.3", PROTOCOL_TLS1_3},  {"TLSv1.2", PROTOCOL_TLS1_2},  {"TLSv1.1", PROTOCOL_TLS1_1},
        {"TLSv1", PROTOCOL_TLS1_0},    {"DTLSv1.2", PROTOCOL_TLS1_2}, {"DTLSv1", PROTOCOL_TLS1_1},
        {"DTLSv1.3", PROTOCOL_TLS1_3}, {"QUICv1", PROTOCOL_TLS1_3},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(version, known[i].name) == 0)
            return known[i].protocol;
    return PROTOCOL_ANY;
}

enum protocol protocol_negotiated(const struct library *library, const SSL *ssl)
{
    return protocol_named(library->api.SSL_get_version(ssl));
}
