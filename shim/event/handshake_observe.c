#include "event/handshake_observe.h"

#include "event/announcement.h"
#include "peer/proxy_environment.h"
#include "peer/trail.h"
#include "policy/config_keys.h"
#include "policy/in_force.h"
#include "process/kernel.h"
#include "process/kernel_clock.h"
#include "process/start.h"

#include <stdlib.h>
#include <string.h>

static void describe_address(const struct trail_peer *trail, struct client_handshake *handshake)
{
    if (!trail->has_address)
        return;
    ip_print(&trail->ip, handshake->address);
    handshake->port = trail->port;
}

/*
 * A session may confirm a name, never choose it: it counts where the program was given the address, and the only name
 * that ever led there is one that the session was verified for (FTPS, RFC 4217 section 7: data connections).
 */
static const struct peer_name *confirmed_name(const struct trail_peer *trail, const struct tls_family *family,
                                              const void *object)
{
    size_t given = trail->names[0].kind == PEER_ADDRESS ? 0 : 1;
    if (family->session_is_for == NULL || trail->name_count != 2 || trail->names[given].kind != PEER_ADDRESS)
        return NULL;
    const struct peer_name *name = &trail->names[1 - given];
    return family->session_is_for(object, name) ? name : NULL;
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

static void observe_trail(struct client_handshake *handshake, int fd, struct trail_peer *trail)
{
    if (handshake->told_port != 0)
        trail_lookup_address(&handshake->told_ip, handshake->told_port, trail);
    else
        trail_lookup(fd, trail);
    describe_address(trail, handshake);
    handshake->nothing_known = trail->unknown;
    handshake->first_on_socket = trail->is_first || (trail->socket != 0 && trail->socket == handshake->first_socket);
    if (trail->is_first)
        handshake->first_socket = trail->socket;
}

static const struct proxy *find_proxy(const struct proxy *proxies, size_t count,
                                      const struct client_handshake *handshake,
                                      const struct peer_candidates *candidates)
{
    uint16_t port = handshake->port;
    const struct proxy *found = proxy_find(proxies, count, candidates->bio.text, port);
    for (size_t i = 0; found == NULL && i < candidates->resolver_count; i++)
        found = proxy_find(proxies, count, candidates->resolver[i].text, port);
    return found != NULL ? found : proxy_find(proxies, count, handshake->address, port);
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

static struct proxies_between proxies_between(const struct client_handshake *handshake,
                                              const struct peer_candidates *candidates)
{
    bool first = handshake->first_on_socket;
    size_t count;
    const struct proxy *proxies = policy_proxies(handshake->policy, &count);
    if (is_between(find_proxy(proxies, count, handshake, candidates), first))
        return (struct proxies_between){.told = true};
    struct proxy of_environment[PROXY_VARIABLES];
    count = proxy_environment(of_environment);
    bool between = is_between(find_proxy(of_environment, count, handshake, candidates), first);
    if (policy_believes_environment(handshake->policy))
        return (struct proxies_between){.told = between};
    /* What the environment makes unknown must not be allowed. */
    return (struct proxies_between){.assumed = between && handshake->settings.unknown_name == CHOICE_BLOCK};
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
        if (peer_name_is_among(&expected.names[i], trail->names, trail->name_count))
            return false;
    return true;
}

static void forget_proxy(struct client_handshake *handshake, struct peer_candidates *candidates)
{
    handshake->name_unknown = "the peer is behind a proxy and its name is not known: a rule with name = tells it";
    candidates->bio.kind = PEER_NONE;
    candidates->resolver_count = 0;
    candidates->session.kind = PEER_NONE;
    candidates->address.kind = PEER_NONE;
}

/* The peer may be any of the names. */
static struct settings settings_for(const struct policy *policy, const struct process_identity *process,
                                    const struct client_handshake *handshake, const struct expected_peer *expected)
{
    struct destination destinations[PEER_APP_NAMES];
    size_t count = 0;
    do {
        destinations[count] = (struct destination){
            .name = count < expected->count ? expected->names[count].text : NULL,
            .address = handshake->address[0] != '\0' ? handshake->address : NULL,
            .port = handshake->port,
        };
    } while (++count < expected->count && count < PEER_APP_NAMES);
    return policy_settings_of_any(policy, process, destinations, count, kernel_seconds());
}

static void keep_names(struct client_handshake *handshake, const struct expected_peer *expected)
{
    handshake->name_source = expected->source;
    handshake->name_is_weak = expected->weak;
    handshake->each_name = expected->each;
    if (expected->count > 0)
        handshake->name_unknown = NULL;
    else if (handshake->name_unknown == NULL)
        handshake->name_unknown = "no descriptor was shown, and weak-names = refuse";
    if (expected->count == 0)
        return;
    handshake->names = malloc(expected->count * sizeof *handshake->names);
    if (handshake->names == NULL) {
        handshake->out_of_memory = true;
        return;
    }
    memcpy(handshake->names, expected->names, expected->count * sizeof *handshake->names);
    handshake->name_count = expected->count;
}

/* The program checks a name, but of another host than it asks for or has looked up. */
static bool names_other(const struct peer_candidates *candidates)
{
    bool has_sni = candidates->sni.kind == PEER_HOST;
    const struct peer_name *meant = has_sni ? &candidates->sni : candidates->resolver;
    size_t count = has_sni ? 1 : candidates->resolver_count;
    bool meant_a_host = false;
    for (size_t i = 0; i < count; i++) {
        if (peer_name_is_among(&meant[i], candidates->app, candidates->app_count))
            return false;
        meant_a_host = meant_a_host || meant[i].kind == PEER_HOST;
    }
    return candidates->app_count > 0 && !candidates->app_is_incomplete && meant_a_host;
}

/* What the rules say, and which of the names counts. `trail` is NULL where it was asked before. */
static void choose_name(struct client_handshake *handshake, struct peer_candidates *candidates,
                        const struct trail_peer *trail)
{
    struct expected_peer expected = peer_expected(candidates, true);
    struct process_identity process = process_identity_for(handshake->policy);
    handshake->user = process.kernel_uid;
    handshake->name_unknown = handshake->nothing_known;
    /* Rules see where the connection goes, so that one for the proxy is found by its name. */
    handshake->settings = settings_for(handshake->policy, &process, handshake, &expected);
    if (policy_candidate(handshake->policy) != NULL)
        handshake->candidate = settings_for(policy_candidate(handshake->policy), &process, handshake, &expected);
    const char *name = handshake->settings.name;
    if (name != NULL)
        peer_normalise(name, strlen(name), &candidates->policy);
    struct proxies_between between = proxies_between(handshake, candidates);
    if (trail != NULL)
        handshake->leads_elsewhere = between.told || leads_elsewhere(candidates, trail);
    if (between.told || between.assumed)
        forget_proxy(handshake, candidates);
    if (candidates->app_is_incomplete)
        handshake->name_unknown = "the program allows more than eight names: a rule with name = tells which is meant";
    expected = peer_expected(candidates, handshake->settings.weak_names == CHOICE_ALLOW);
    keep_names(handshake, &expected);
}

/* Only a policy that cannot be had for want of memory is none. */
static bool find_policy(struct client_handshake *handshake)
{
    handshake->policy = policy_announced();
    if (handshake->policy != NULL)
        return true;
    handshake->out_of_memory = true;
    handshake->settings = config_defaults().settings; /* as where a policy cannot be read now */
    handshake->user = kernel_getuid();
    return false;
}

void client_handshake_observe(struct client_handshake *handshake, struct handshake_clues *clues,
                              const struct tls_family *family, const void *object)
{
    struct peer_candidates *candidates = &clues->candidates;
    struct trail_peer trail;
    bool welcome = process_is_welcome(); /* which looks whether the policy has changed */

    handshake->stage = STAGE_OBSERVED;
    if (!find_policy(handshake))
        return;
    handshake->port = clues->port;
    observe_trail(handshake, clues->fd, &trail);
    take_trail(&trail, confirmed_name(&trail, family, object), candidates);
    handshake->candidates = candidates_keep(candidates);
    handshake->out_of_memory = handshake->candidates == NULL;
    choose_name(handshake, candidates, &trail);
    handshake->facts.app_demands_name = candidates->app_count > 0;
    handshake->facts.app_names_other = names_other(candidates);
    if (!welcome)
        handshake->settings.mode = MODE_OFF;
}

void client_handshake_observe_again(struct client_handshake *handshake)
{
    struct peer_candidates candidates;
    bool welcome = process_is_welcome();
    const struct policy *policy = policy_announced();
    handshake->stage = STAGE_OBSERVED;
    if (policy != NULL) {
        handshake->policy = policy;
        free(handshake->names);
        handshake->names = NULL;
        handshake->name_count = 0;
        candidates_recall(handshake->candidates, &candidates);
        choose_name(handshake, &candidates, NULL);
    }
    if (!welcome)
        handshake->settings.mode = MODE_OFF;
}

void client_handshake_observe_address(struct client_handshake *handshake, int fd)
{
    struct trail_peer trail;
    if (handshake->address[0] != '\0')
        return;
    trail_lookup(fd, &trail);
    describe_address(&trail, handshake);
}
