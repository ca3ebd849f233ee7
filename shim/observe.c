#include "observe.h"

#include "app_names.h"
#include "process.h"
#include "session.h"
#include "trail.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool observe_is_client(const struct library *library, const SSL *ssl)
{
    const struct openssl_api *api = &library->api;
    if (api->SSL_is_server != NULL)
        return api->SSL_is_server(ssl) == 0;
    return api->SSL_state != NULL && (api->SSL_state(ssl) & SSL_ST_CONNECT) != 0;
}

static void observe_app_names(const struct library *library, SSL *ssl, struct peer_candidates *candidates)
{
    const struct openssl_api *api = &library->api;
    X509_VERIFY_PARAM *param = api->SSL_get0_param != NULL ? api->SSL_get0_param(ssl) : NULL;
    if (param == NULL)
        return;
    if (api->X509_VERIFY_PARAM_get0_host == NULL) {
        candidates->app_count = app_names_of(param, candidates->app, PEER_APP_NAMES);
        return;
    }
    size_t count = 0;
    const char *host;
    for (int i = 0; count < PEER_APP_NAMES - 1 && (host = api->X509_VERIFY_PARAM_get0_host(param, i)) != NULL; i++)
        if (peer_normalise(host, strlen(host), &candidates->app[count]))
            count++;
    char *address = api->X509_VERIFY_PARAM_get1_ip_asc != NULL ? api->X509_VERIFY_PARAM_get1_ip_asc(param) : NULL;
    if (address != NULL) {
        if (peer_normalise(address, strlen(address), &candidates->app[count]))
            count++;
        api->CRYPTO_free(address, "", 0);
    }
    candidates->app_count = count;
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
static void observe_bio(const struct openssl_api *api, const SSL *ssl, struct connection *connection,
                        struct peer_candidates *candidates)
{
    BIO *bio = api->SSL_get_wbio(ssl);
    BIO *connect_bio = bio != NULL ? api->BIO_find_type(bio, BIO_TYPE_CONNECT) : NULL;
    if (connect_bio == NULL)
        return;
    const char *host = api->BIO_ptr_ctrl(connect_bio, BIO_C_GET_CONNECT, 0); /* BIO_get_conn_hostname */
    const char *port = api->BIO_ptr_ctrl(connect_bio, BIO_C_GET_CONNECT, 1); /* BIO_get_conn_port */
    if (host != NULL)
        peer_normalise(host, strlen(host), &candidates->bio);
    connection->port = port != NULL ? port_number(port) : 0;
}

static void describe_address(const struct trail_peer *trail, struct connection *connection)
{
    if (!trail->has_address)
        return;
    ip_print(&trail->ip, connection->address);
    connection->port = trail->port;
}

static void observe_trail(const struct openssl_api *api, const SSL *ssl, struct connection *connection,
                          struct peer_candidates *candidates)
{
    struct trail_peer trail;
    if (connection->told_port != 0)
        trail_lookup_address(&connection->told_ip, connection->told_port, &trail);
    else
        trail_lookup(api->SSL_get_fd(ssl), &trail);
    describe_address(&trail, connection);
    candidates->resolver = trail.name;
    candidates->resolver_is_weak = trail.weak;
    candidates->address = trail.literal;
    candidates->address_is_weak = trail.weak;
    connection->name_is_ambiguous = trail.ambiguous;
}

static bool leads_to_one_of(const struct proxy *proxies, size_t count, const struct connection *connection,
                            const struct peer_candidates *candidates)
{
    uint16_t port = connection->port;
    return proxy_is_among(proxies, count, candidates->resolver.text, port) ||
           proxy_is_among(proxies, count, candidates->bio.text, port) ||
           proxy_is_among(proxies, count, connection->address, port);
}

static bool leads_to_proxy(const struct connection *connection, const struct peer_candidates *candidates)
{
    size_t count;
    const struct proxy *proxies = policy_proxies(connection->policy, &count);
    if (leads_to_one_of(proxies, count, connection, candidates))
        return true;
    /* What the environment makes unknown must not be allowed where it may only tighten. */
    if (connection->settings.unknown_name != CHOICE_BLOCK && !policy_believes_environment(connection->policy))
        return false;
    proxies = process_proxies(&count);
    return leads_to_one_of(proxies, count, connection, candidates);
}

static void forget_proxy(struct connection *connection, struct peer_candidates *candidates)
{
    connection->behind_proxy = leads_to_proxy(connection, candidates);
    if (!connection->behind_proxy)
        return;
    candidates->bio.kind = PEER_NONE;
    candidates->resolver.kind = PEER_NONE;
    candidates->address.kind = PEER_NONE;
}

/* The peer may be any of the names. */
static struct settings settings_for(const struct connection *connection, const struct expected_peer *expected)
{
    struct process_identity process = process_identity();
    struct destination destinations[PEER_APP_NAMES];
    size_t count = 0;
    do {
        destinations[count] = (struct destination){
            .name = count < expected->count ? expected->names[count].text : NULL,
            .address = connection->address[0] != '\0' ? connection->address : NULL,
            .port = connection->port,
        };
    } while (++count < expected->count && count < PEER_APP_NAMES);
    return policy_settings_of_any(connection->policy, &process, destinations, count, time(NULL));
}

static void keep_names(struct connection *connection, const struct expected_peer *expected)
{
    connection->name_source = expected->source;
    connection->name_is_weak = expected->weak;
    if (expected->count == 0)
        return;
    connection->names = malloc(expected->count * sizeof *connection->names);
    if (connection->names == NULL) {
        connection->out_of_memory = true;
        return;
    }
    memcpy(connection->names, expected->names, expected->count * sizeof *connection->names);
    connection->name_count = expected->count;
}

/* The program checks a name, but of another host than it asks for or has looked up. */
static bool names_other(const struct peer_candidates *candidates)
{
    const struct peer_name *meant = candidates->sni.kind == PEER_HOST ? &candidates->sni : &candidates->resolver;
    if (candidates->app_count == 0 || meant->kind != PEER_HOST)
        return false;
    for (size_t i = 0; i < candidates->app_count; i++)
        if (strcmp(candidates->app[i].text, meant->text) == 0)
            return false;
    return true;
}

void observe_address(const struct library *library, const SSL *ssl, struct connection *connection)
{
    struct trail_peer trail;
    if (connection->address[0] != '\0')
        return;
    trail_lookup(library->api.SSL_get_fd(ssl), &trail);
    describe_address(&trail, connection);
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
        ip_from_bytes(family, bytes, &connection->told_ip))
        connection->told_port = ntohs(api->BIO_ADDR_rawport(address));
    errno = saved;
}

void observe_peer(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    struct peer_candidates candidates = {0};

    connection_reset(connection);
    connection->stage = STAGE_OBSERVED;
    connection->policy = process_policy();
    if (connection->policy == NULL) {
        connection->out_of_memory = true;
        connection->settings.mode = MODE_AUDIT;
        return;
    }
    const SSL_SESSION *session = api->SSL_get_session(ssl);
    connection->had_session = session != NULL;
    observe_app_names(library, ssl, &candidates);
    observe_sni(api, ssl, session, &candidates);
    observe_bio(api, ssl, connection, &candidates);
    candidates.session = session_name(library, session);
    observe_trail(api, ssl, connection, &candidates);

    struct expected_peer expected = peer_expected(&candidates, CHOICE_ALLOW);
    /* Rules see where the connection goes, so that one for the proxy is found by its name. */
    connection->settings = settings_for(connection, &expected);
    forget_proxy(connection, &candidates);
    if (connection->settings.name != NULL)
        peer_normalise(connection->settings.name, strlen(connection->settings.name), &candidates.policy);
    expected = peer_expected(&candidates, connection->settings.weak_names);
    keep_names(connection, &expected);
    connection->facts.app_demands_name = candidates.app_count > 0;
    connection->facts.app_names_other = names_other(&candidates);
    if (!process_is_welcome())
        connection->settings.mode = MODE_OFF;
}
