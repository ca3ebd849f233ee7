#include "openssl/observe.h"

#include "event/announcement.h"
#include "openssl/app_names.h"
#include "openssl/session.h"
#include "peer/proxy_environment.h"
#include "peer/trail.h"
#include "policy/config_keys.h"
#include "policy/in_force.h"
#include "process/kernel.h"
#include "process/kernel_clock.h"
#include "process/start.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

bool observe_is_client(const struct library *library, const SSL *ssl)
{
    const struct openssl_api *api = &library->api;
    if (api->SSL_is_server != NULL)
        return api->SSL_is_server(ssl) == 0;
    return api->SSL_state != NULL && (api->SSL_state(ssl) & SSL_ST_CONNECT) != 0;
}

static bool is_among(const struct peer_name *name, const struct peer_name *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (peer_name_equal(&names[i], name))
            return true;
    return false;
}

static void add_app_name(const char *text, struct peer_candidates *candidates)
{
    struct peer_name name;
    size_t count = candidates->app_count;
    if (!peer_normalise(text, strlen(text), &name) || is_among(&name, candidates->app, count))
        return;
    candidates->app_is_incomplete = candidates->app_is_incomplete || count == PEER_APP_NAMES;
    if (count < PEER_APP_NAMES)
        candidates->app[candidates->app_count++] = name;
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
        add_app_name(host, candidates);
    char *address = api->X509_VERIFY_PARAM_get1_ip_asc != NULL ? api->X509_VERIFY_PARAM_get1_ip_asc(param) : NULL;
    if (address != NULL) {
        add_app_name(address, candidates);
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
    connection->handshake.port = port != NULL ? port_number(port) : 0;
}

static void describe_address(const struct trail_peer *trail, struct connection *connection)
{
    if (!trail->has_address)
        return;
    ip_print(&trail->ip, connection->handshake.address);
    connection->handshake.port = trail->port;
}

/*
 * A session may confirm a name, never choose it: it counts where the program was given the address, and the only name
 * that ever led there is one that the session was verified for (FTPS, RFC 4217 section 7: data connections).
 */
static const struct peer_name *confirmed_name(const struct library *library, const SSL_SESSION *session,
                                              const struct trail_peer *trail)
{
    size_t given = trail->names[0].kind == PEER_ADDRESS ? 0 : 1;
    if (trail->name_count != 2 || trail->names[given].kind != PEER_ADDRESS)
        return NULL;
    const struct peer_name *name = &trail->names[1 - given];
    return session_is_for(library, session, name) ? name : NULL;
}

static void take_trail(const struct trail_peer *trail, const struct peer_name *confirmed,
                       struct peer_candidates *candidates)
{
    candidates->address_is_weak = trail->weak;
    if (confirmed != NULL) {
        candidates->session = *confirmed;
        return;
    }
    memcpy(candidates->resolver, trail->names, sizeof candidates->resolver);
    candidates->resolver_count = trail->name_count;
    candidates->resolver_is_weak = trail->weak;
    candidates->address = trail->literal;
}

static void observe_trail(const struct openssl_api *api, const SSL *ssl, struct connection *connection,
                          struct trail_peer *trail)
{
    if (connection->handshake.told_port != 0)
        trail_lookup_address(&connection->handshake.told_ip, connection->handshake.told_port, trail);
    else
        trail_lookup(api->SSL_get_fd(ssl), trail);
    describe_address(trail, connection);
    connection->handshake.nothing_known = trail->unknown;
    connection->handshake.first_on_socket =
        trail->is_first || (trail->socket != 0 && trail->socket == connection->handshake.first_socket);
    if (trail->is_first)
        connection->handshake.first_socket = trail->socket;
}

static const struct proxy *find_proxy(const struct proxy *proxies, size_t count, const struct connection *connection,
                                      const struct peer_candidates *candidates)
{
    uint16_t port = connection->handshake.port;
    const struct proxy *found = proxy_find(proxies, count, candidates->bio.text, port);
    for (size_t i = 0; found == NULL && i < candidates->resolver_count; i++)
        found = proxy_find(proxies, count, candidates->resolver[i].text, port);
    return found != NULL ? found : proxy_find(proxies, count, connection->handshake.address, port);
}

/* Where the proxy speaks TLS itself, the first handshake on a connection is with it. */
static bool is_between(const struct proxy *proxy, bool first)
{
    return proxy != NULL && !(proxy->tls && first);
}

struct proxies_between {
    bool told;    /* one that the policy, or an environment that it believes, tells of */
    bool assumed; /* one of the environment, where that may only tighten */
};

static struct proxies_between proxies_between(const struct connection *connection,
                                              const struct peer_candidates *candidates)
{
    bool first = connection->handshake.first_on_socket;
    size_t count;
    const struct proxy *proxies = policy_proxies(connection->handshake.policy, &count);
    if (is_between(find_proxy(proxies, count, connection, candidates), first))
        return (struct proxies_between){.told = true};
    struct proxy of_environment[PROXY_VARIABLES];
    count = proxy_environment(of_environment);
    bool between = is_between(find_proxy(of_environment, count, connection, candidates), first);
    if (policy_believes_environment(connection->handshake.policy))
        return (struct proxies_between){.told = between};
    /* What the environment makes unknown must not be allowed. */
    return (struct proxies_between){.assumed = between && connection->handshake.settings.unknown_name == CHOICE_BLOCK};
}

/*
 * Whether the address may be one through which other peers are reached. Where nobody told us of a proxy, no name that
 * led to the address is that of the peer. What an environment says that may only tighten does not count here, since
 * what leads elsewhere is refused less after a block.
 */
static bool leads_elsewhere(const struct peer_candidates *candidates, const struct trail_peer *trail)
{
    struct expected_peer expected = peer_expected(candidates, true);
    if (trail->interposed)
        return true;
    if (trail->incomplete || expected.source == NAME_UNKNOWN || expected.source == NAME_FROM_RESOLVER ||
        expected.source == NAME_FROM_SESSION || expected.source == NAME_FROM_ADDRESS)
        return false;
    for (size_t i = 0; i < expected.count; i++)
        if (is_among(&expected.names[i], trail->names, trail->name_count))
            return false;
    return true;
}

static void forget_proxy(struct connection *connection, struct peer_candidates *candidates)
{
    connection->handshake.name_unknown =
        "the peer is behind a proxy and its name is not known: a rule with name = tells it";
    candidates->bio.kind = PEER_NONE;
    candidates->resolver_count = 0;
    candidates->session.kind = PEER_NONE;
    candidates->address.kind = PEER_NONE;
}

/* The peer may be any of the names. */
static struct settings settings_for(const struct process_identity *process, const struct connection *connection,
                                    const struct expected_peer *expected)
{
    struct destination destinations[PEER_APP_NAMES];
    size_t count = 0;
    do {
        destinations[count] = (struct destination){
            .name = count < expected->count ? expected->names[count].text : NULL,
            .address = connection->handshake.address[0] != '\0' ? connection->handshake.address : NULL,
            .port = connection->handshake.port,
        };
    } while (++count < expected->count && count < PEER_APP_NAMES);
    return policy_settings_of_any(connection->handshake.policy, process, destinations, count, kernel_seconds());
}

static void keep_names(struct connection *connection, const struct expected_peer *expected)
{
    connection->handshake.name_source = expected->source;
    connection->handshake.name_is_weak = expected->weak;
    connection->handshake.each_name = expected->each;
    if (expected->count > 0)
        connection->handshake.name_unknown = NULL;
    else if (connection->handshake.name_unknown == NULL)
        connection->handshake.name_unknown = "no descriptor was shown, and weak-names = refuse";
    if (expected->count == 0)
        return;
    connection->handshake.names = malloc(expected->count * sizeof *connection->handshake.names);
    if (connection->handshake.names == NULL) {
        connection->handshake.out_of_memory = true;
        return;
    }
    memcpy(connection->handshake.names, expected->names, expected->count * sizeof *connection->handshake.names);
    connection->handshake.name_count = expected->count;
}

/* The program checks a name, but of another host than it asks for or has looked up. */
static bool names_other(const struct peer_candidates *candidates)
{
    bool has_sni = candidates->sni.kind == PEER_HOST;
    const struct peer_name *meant = has_sni ? &candidates->sni : candidates->resolver;
    size_t count = has_sni ? 1 : candidates->resolver_count;
    bool meant_a_host = false;
    for (size_t i = 0; i < count; i++) {
        if (is_among(&meant[i], candidates->app, candidates->app_count))
            return false;
        meant_a_host = meant_a_host || meant[i].kind == PEER_HOST;
    }
    return candidates->app_count > 0 && !candidates->app_is_incomplete && meant_a_host;
}

void observe_address(const struct library *library, const SSL *ssl, struct connection *connection)
{
    struct trail_peer trail;
    if (connection->handshake.address[0] != '\0')
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
        ip_from_bytes(family, bytes, &connection->handshake.told_ip))
        connection->handshake.told_port = ntohs(api->BIO_ADDR_rawport(address));
    errno = saved;
}

/* What the rules say, and which of the names counts. `trail` is NULL where it was asked before. */
static void choose_name(struct connection *connection, struct peer_candidates *candidates,
                        const struct trail_peer *trail)
{
    struct expected_peer expected = peer_expected(candidates, true);
    struct process_identity process = process_identity();
    connection->handshake.user = process.kernel_uid;
    connection->handshake.name_unknown = connection->handshake.nothing_known;
    /* Rules see where the connection goes, so that one for the proxy is found by its name. */
    connection->handshake.settings = settings_for(&process, connection, &expected);
    const char *name = connection->handshake.settings.name;
    if (name != NULL)
        peer_normalise(name, strlen(name), &candidates->policy);
    struct proxies_between between = proxies_between(connection, candidates);
    if (trail != NULL)
        connection->handshake.leads_elsewhere = between.told || leads_elsewhere(candidates, trail);
    if (between.told || between.assumed)
        forget_proxy(connection, candidates);
    if (candidates->app_is_incomplete)
        connection->handshake.name_unknown =
            "the program allows more than eight names: a rule with name = tells which is meant";
    expected = peer_expected(candidates, connection->handshake.settings.weak_names == CHOICE_ALLOW);
    keep_names(connection, &expected);
}

void observe_peer(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    struct peer_candidates candidates = {0};
    struct trail_peer trail;

    connection_reset(connection);
    connection->handshake.stage = STAGE_OBSERVED;
    bool welcome = process_is_welcome(); /* which looks whether the policy has changed */
    connection->handshake.policy = policy_announced();
    if (connection->handshake.policy == NULL) {
        connection->handshake.out_of_memory = true;
        connection->handshake.settings = config_defaults().settings; /* as where a policy cannot be read now */
        connection->handshake.user = kernel_getuid();
        return;
    }
    const SSL_SESSION *session = api->SSL_get_session(ssl);
    connection->had_session = session != NULL;
    observe_app_names(library, ssl, &candidates);
    observe_sni(api, ssl, session, &candidates);
    observe_bio(api, ssl, connection, &candidates);
    observe_trail(api, ssl, connection, &trail);
    take_trail(&trail, confirmed_name(library, session, &trail), &candidates);
    connection->handshake.candidates = candidates_keep(&candidates);
    connection->handshake.out_of_memory = connection->handshake.candidates == NULL;
    choose_name(connection, &candidates, &trail);
    connection->handshake.facts.app_demands_name = candidates.app_count > 0;
    connection->handshake.facts.app_names_other = names_other(&candidates);
    if (!welcome)
        connection->handshake.settings.mode = MODE_OFF;
}

static void forget_choice(struct connection *connection)
{
    free(connection->handshake.names);
    connection->handshake.names = NULL;
    connection->handshake.name_count = 0;
    connection->dropped = AUTH_CERTIFICATE;
}

void observe_again(struct connection *connection)
{
    struct peer_candidates candidates;
    bool welcome = process_is_welcome();
    const struct policy *policy = policy_announced();
    connection->handshake.stage = STAGE_OBSERVED;
    if (policy != NULL) {
        connection->handshake.policy = policy;
        forget_choice(connection);
        candidates_recall(connection->handshake.candidates, &candidates);
        choose_name(connection, &candidates, NULL);
    }
    if (!welcome)
        connection->handshake.settings.mode = MODE_OFF;
}
