#include "openssl/observe.h"

#include "event/handshake_observe.h"
#include "openssl/app_names.h"
#include "openssl/report.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

bool observe_is_client(const struct library *library, const SSL *ssl)
{
    const struct openssl_api *api = &library->api;
    if (api->SSL_is_server != NULL)
        return api->SSL_is_server(ssl) == 0;
    return api->SSL_state != NULL && (api->SSL_state(ssl) & SSL_ST_CONNECT) != 0;
}

/* Before 3.0 nobody can be asked but who saw them set. */
static void recall_app_names(const X509_VERIFY_PARAM *param, struct peer_candidates *candidates)
{
    size_t count = app_names_of(param, candidates->app, PEER_APP_NAMES);
    candidates->app_is_incomplete = count > PEER_APP_NAMES;
    candidates->app_count = count < PEER_APP_NAMES ? count : PEER_APP_NAMES;
}

static void observe_app_names(const struct library *library, SSL *ssl, struct peer_candidates *candidates)
{
    const struct openssl_api *api = &library->api;
    X509_VERIFY_PARAM *param = api->SSL_get0_param != NULL ? api->SSL_get0_param(ssl) : NULL;
    const char *host;
    if (param == NULL)
        return;
    if (api->X509_VERIFY_PARAM_get0_host == NULL) {
        recall_app_names(param, candidates);
        return;
    }
    for (int i = 0; (host = api->X509_VERIFY_PARAM_get0_host(param, i)) != NULL; i++)
        peer_add_app_name(candidates, host);
    char *address = api->X509_VERIFY_PARAM_get1_ip_asc != NULL ? api->X509_VERIFY_PARAM_get1_ip_asc(param) : NULL;
    if (address != NULL) {
        peer_add_app_name(candidates, address);
        api->CRYPTO_free(address, "", 0);
    }
}

static void observe_sni(const struct openssl_api *api, const SSL *ssl, const SSL_SESSION *session,
                        struct peer_candidates *candidates)
{
    const char *sni = api->SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (sni == NULL)
        return;
    /* With no SNI of its own a connection answers with its session's, which may be of another peer. */
    if (session != NULL && api->SSL_SESSION_get0_hostname != NULL && api->SSL_SESSION_get0_hostname(session) == sni)
        return;
    peer_normalise(sni, strlen(sni), &candidates->sni);
}

/* 0 for the name of a service. */
static uint16_t port_number(const char *text)
{
    unsigned number = 0;
    for (; *text >= '0' && *text <= '9' && number <= UINT16_MAX; text++)
        number = number * 10 + (unsigned)(*text - '0');
    return *text == '\0' && number <= UINT16_MAX ? (uint16_t)number : 0;
}

/* A connect BIO has no descriptor yet when the handshake starts, but knows where it will go. */
static void observe_bio(const struct openssl_api *api, const SSL *ssl, struct handshake_clues *clues)
{
    BIO *bio = api->SSL_get_wbio(ssl);
    BIO *connect_bio = bio != NULL ? api->BIO_find_type(bio, BIO_TYPE_CONNECT) : NULL;
    if (connect_bio == NULL)
        return;
    const char *host = api->BIO_ptr_ctrl(connect_bio, BIO_C_GET_CONNECT, 0); /* BIO_get_conn_hostname */
    const char *port = api->BIO_ptr_ctrl(connect_bio, BIO_C_GET_CONNECT, 1); /* BIO_get_conn_port */
    if (host != NULL)
        peer_normalise(host, strlen(host), &clues->candidates.bio);
    clues->port = port != NULL ? port_number(port) : 0;
}

void observe_told_address(const struct library *library, SSL *ssl, const BIO_ADDR *address)
{
    int saved = errno;
    unsigned char bytes[sizeof(struct in6_addr)];
    if (library == NULL || !library->known || address == NULL || library->api.BIO_ADDR_rawaddress == NULL)
        return;
    const struct openssl_api *api = &library->api;
    int family = api->BIO_ADDR_family(address);
    struct connection *connection = family == AF_INET || family == AF_INET6 ? connection_get(library, ssl) : NULL;
    if (connection != NULL && api->BIO_ADDR_rawaddress(address, bytes, NULL) == 1 &&
        ip_from_bytes(family, bytes, &connection->handshake.told_ip))
        connection->handshake.told_port = ntohs(api->BIO_ADDR_rawport(address));
    errno = saved;
}

void observe_peer(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    const struct report_object object = {.library = library, .ssl = ssl};
    const SSL_SESSION *session = api->SSL_get_session(ssl);
    struct handshake_clues clues = {0};

    connection_reset(connection);
    connection->had_session = session != NULL;
    observe_app_names(library, ssl, &clues.candidates);
    observe_sni(api, ssl, session, &clues.candidates);
    observe_bio(api, ssl, &clues);
    clues.fd = connection->handshake.told_port != 0 ? -1 : api->SSL_get_fd(ssl);
    client_handshake_observe(&connection->handshake, &clues, &openssl_family, &object);
}

void observe_again(struct connection *connection)
{
    client_handshake_observe_again(&connection->handshake);
    connection->dropped = AUTH_CERTIFICATE;
}

void observe_address(const struct library *library, const SSL *ssl, struct connection *connection)
{
    if (connection->handshake.address[0] == '\0')
        client_handshake_observe_address(&connection->handshake, library->api.SSL_get_fd(ssl));
}
