#include "openssl/session.h"

#include "event/notice.h"
#include "openssl/ex_data.h"
#include "openssl/session_memory.h"
#include "openssl/verify.h"
#include "trust/trust.h"

#include <stdlib.h>
#include <string.h>

/* What ex_data holds of a leaf. */
struct leaf_marks {
    size_t count;
    struct session_mark marks[];
};

/* The marks of a leaf, which are its own or copies of what was kept of it. */
struct found_marks {
    size_t count;
    const struct session_mark *marks;
    struct session_mark kept[SESSION_MARKS_MAX];
};

static void mark_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)parent;
    (void)data;
    (void)number;
    const struct library *library = argument;
    if (index == library->mark_index) /* not one that was lost: see ex_data_take() */
        free(value);
}

/*
 * The mark is kept with the leaf, not with the session: a TLS 1.3 ticket and a copy of a session share the leaf, a
 * session that was serialised has another one (session_memory.h), and programs whose own session callbacks cannot bear
 * an empty slot (stunnel's) never see theirs called for our sake.
 */
bool session_attach(struct library *library)
{
    const struct ex_data_callbacks callbacks = {.freed = mark_free, .argument = library};
    return ex_data_take(&library->api, EX_DATA_OF_X509, &callbacks, &library->mark_index);
}

static X509 *leaf_of(const struct library *library, const SSL_SESSION *session)
{
    return session != NULL ? library->api.SSL_SESSION_get0_peer(session) : NULL;
}

/* SHA-256 costs more than all else here, and most handshakes bring a leaf that was kept before. */
static void keep(const struct openssl_api *api, const X509 *leaf, const struct session_mark *mark)
{
    unsigned char hint[SESSION_HINT_SIZE], digest[SESSION_DIGEST_SIZE];
    if (!api_certificate_sha1(api, leaf, hint) || session_memory_has(hint, mark))
        return;
    if (api_certificate_sha256(api, leaf, digest))
        session_memory_keep(hint, digest, mark);
}

static void attach_marks(const struct library *library, X509 *leaf, const struct session_mark *marks, size_t count)
{
    struct leaf_marks *copy = malloc(sizeof *copy + count * sizeof *marks);
    if (copy == NULL)
        return; /* and make a full handshake the next time */
    copy->count = count;
    memcpy(copy->marks, marks, count * sizeof *marks);
    if (library->api.X509_set_ex_data(leaf, library->mark_index, copy) != 1)
        free(copy);
}

/* Nothing is written to a leaf whose session may be in use by other threads. */
static void find_marks(const struct library *library, const SSL_SESSION *session, struct found_marks *found)
{
    unsigned char digest[SESSION_DIGEST_SIZE];
    const X509 *leaf = leaf_of(library, session);
    found->count = 0;
    found->marks = found->kept;
    if (leaf == NULL)
        return;
    const struct leaf_marks *own = library->api.X509_get_ex_data(leaf, library->mark_index);
    if (own != NULL) {
        found->count = own->count;
        found->marks = own->marks;
    } else if (api_certificate_sha256(&library->api, leaf, digest)) {
        found->count = session_memory_find(digest, found->kept);
    }
}

/* What the chain led to. False where nothing that lasts vouched for it, as a TLSA record of this connection alone. */
static bool vouch(const struct connection *connection, struct session_mark *mark)
{
    const struct facts *facts = &connection->handshake.facts;
    const struct settings *settings = &connection->handshake.settings;
    if (settings_demand_pin_alone(settings))
        return true;
    mark->has_expired = settings_forgive_expiry(settings, facts);
    if (mark->has_expired ? settings_accept_policy_chain(settings, facts) : policy_anchors_accept(facts))
        mark->trust = connection->trust;
    else if (mark->has_expired || app_anchors_accept(facts))
        mark->app_anchors = connection->app_anchors;
    return mark->trust != NULL || mark->app_anchors != 0;
}

/* Of several host names the verification says only that one of them matched. */
static bool is_valid_for(const struct library *library, X509 *leaf, const struct session_mark *mark)
{
    unsigned flags = mark->name_is_loose ? 0 : VERIFY_HOST_FLAGS;
    return mark->name.kind == PEER_ADDRESS ||
           (library->real.X509_check_host != NULL &&
            library->real.X509_check_host(leaf, mark->name.text, strlen(mark->name.text), flags, NULL) == 1);
}

/* Nothing vouches for the chain, and nothing has to; but no key was shown that is denied. */
static bool passes_without_chain(const struct settings *settings)
{
    return settings->verify == VERIFY_NONE && settings_deny_keys(settings);
}

/* One mark for each name that matched, or one without a name; all else in them is the same. */
static size_t make_marks(const struct library *library, X509 *leaf, const struct connection *connection,
                         const struct session_mark *common, struct session_mark *marks)
{
    const struct facts *facts = &connection->handshake.facts;
    bool is_loose = facts->name_error != 0 && settings_accept_loose_match(&connection->handshake.settings, facts);
    size_t names = facts->name_checked && (facts->name_error == 0 || is_loose) ? connection->handshake.name_count : 0;
    size_t count = 0;
    for (size_t i = 0; i < names && count < SESSION_MARKS_MAX; i++) {
        struct session_mark *mark = &marks[count];
        *mark = *common;
        mark->name = connection->handshake.names[i];
        mark->name_is_loose = is_loose;
        count += names == 1 || is_valid_for(library, leaf, mark);
    }
    if (count == 0)
        marks[count++] = *common;
    return count;
}

void session_mark(const struct library *library, const SSL *ssl, const struct connection *connection)
{
    struct session_mark marks[SESSION_MARKS_MAX];
    struct session_mark common = {.policy = connection->handshake.policy, .rule = connection->handshake.settings.rule};
    X509 *leaf = leaf_of(library, library->api.SSL_get_session(ssl));
    if (leaf == NULL || connection->handshake.verdict.action != ACTION_ALLOWED ||
        connection->handshake.facts.internal_error || connection->handshake.settings.rule_is_uncertain ||
        library->api.X509_get_ex_data(leaf, library->mark_index) != NULL)
        return;
    bool is_vouched = vouch(connection, &common);
    if (!is_vouched && !passes_without_chain(&connection->handshake.settings))
        return;
    library->api.ERR_set_mark();
    marks[0] = common;
    size_t count = is_vouched ? make_marks(library, leaf, connection, &common, marks) : 1;
    attach_marks(library, leaf, marks, count);
    for (size_t i = 0; i < count; i++)
        keep(&library->api, leaf, &marks[i]);
    library->api.ERR_pop_to_mark();
}

bool session_is_marked(const struct library *library, const SSL_SESSION *session)
{
    struct found_marks found;
    find_marks(library, session, &found);
    return found.count > 0;
}

static bool is_for(const struct found_marks *found, const struct peer_name *name)
{
    for (size_t i = 0; i < found->count; i++)
        if (peer_name_equal(&found->marks[i].name, name))
            return true;
    return false;
}

bool session_is_for(const struct library *library, const SSL_SESSION *session, const struct peer_name *name)
{
    struct found_marks found;
    find_marks(library, session, &found);
    return is_for(&found, name);
}

/* The store that the connection's chain would be verified against; before 3.0 one of its own cannot be asked for. */
static X509_STORE *store_of(const struct openssl_api *api, SSL *ssl)
{
    X509_STORE *own = NULL;
    if (api->SSL_ctrl != NULL)
        api->SSL_ctrl(ssl, SSL_CTRL_GET_VERIFY_CERT_STORE, 0, &own);
    return own != NULL ? own : api->SSL_CTX_get_cert_store(api->SSL_get_SSL_CTX(ssl));
}

/* Whether what vouched for the session would do so in this connection too. */
static bool is_vouched_for(const struct library *library, SSL *ssl, const struct connection *connection,
                           const struct session_mark *mark)
{
    const struct openssl_api *api = &library->api;
    const struct settings *settings = &connection->handshake.settings;
    if (mark->trust != NULL)
        return mark->trust ==
               trust_snapshot(settings->trust, settings->trust_count, notice_trust_warning, (void *)settings->log);
    if (mark->app_anchors != 0)
        return mark->app_anchors == context_anchors(library, ssl, store_of(api, ssl));
    return settings_demand_pin_alone(settings);
}

/* Whether the connection demands chain and name of the program's own. */
static bool demands_name(const struct openssl_api *api, const SSL *ssl, const struct connection *connection)
{
    return connection->handshake.name_source == NAME_FROM_APP && (api->SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
}

/*
 * The marks that count for this connection. A policy is never changed in place and its rules keep their names'
 * addresses, so equal pointers mean equal settings, unless a rule only tightened some.
 */
static void find_valid_marks(const struct library *library, SSL *ssl, const SSL_SESSION *session,
                             const struct connection *connection, struct found_marks *found)
{
    size_t count = 0;
    find_marks(library, session, found);
    for (size_t i = 0; i < found->count; i++) {
        const struct session_mark *mark = &found->marks[i];
        if (!connection->handshake.settings.rule_is_uncertain && mark->policy == connection->handshake.policy &&
            mark->rule == connection->handshake.settings.rule && is_vouched_for(library, ssl, connection, mark) &&
            (!mark->has_expired || connection->handshake.settings.allow_expired_day != 0) &&
            (!mark->name_is_loose || demands_name(&library->api, ssl, connection)))
            found->kept[count++] = *mark;
    }
    found->count = count;
    found->marks = found->kept;
}

/* As verify_chain() has it: any host name is enough unless each has to match, an address must match too. */
static bool is_for_peer(const struct found_marks *found, const struct connection *connection)
{
    bool host_is_expected = false, host_matches = false;
    for (size_t i = 0; i < connection->handshake.name_count; i++) {
        bool matches = is_for(found, &connection->handshake.names[i]);
        if ((connection->handshake.names[i].kind == PEER_ADDRESS || connection->handshake.each_name) && !matches)
            return false;
        host_is_expected = host_is_expected || connection->handshake.names[i].kind == PEER_HOST;
        host_matches = host_matches || (connection->handshake.names[i].kind == PEER_HOST && matches);
    }
    return host_matches || !host_is_expected;
}

bool session_is_verified(const struct library *library, SSL *ssl, const SSL_SESSION *session,
                         const struct connection *connection, bool *names_peer)
{
    struct found_marks found;
    find_valid_marks(library, ssl, session, connection, &found);
    *names_peer = found.count > 0 && connection->handshake.name_count > 0 && is_for_peer(&found, connection);
    if (found.count == 0 || connection->handshake.settings.verify != VERIFY_FULL)
        return found.count > 0;
    return connection->handshake.name_count > 0 ? *names_peer
                                                : connection->handshake.settings.unknown_name == CHOICE_ALLOW;
}

bool session_has_passed(const struct library *library, const SSL_SESSION *session, const struct connection *connection)
{
    const struct client_handshake *handshake = &connection->handshake;
    struct found_marks found;
    if (handshake->settings.rule_is_uncertain || !passes_without_chain(&handshake->settings))
        return false;
    find_marks(library, session, &found);
    for (size_t i = 0; i < found.count; i++)
        if (found.marks[i].policy == handshake->policy && found.marks[i].rule == handshake->settings.rule)
            return true;
    return false;
}

bool session_may_be_resumed(const struct library *library, SSL *ssl, const SSL_SESSION *session,
                            const struct connection *connection)
{
    bool ignored;
    if (!client_handshake_demands_known_session(&connection->handshake) ||
        session_is_verified(library, ssl, session, connection, &ignored))
        return true;
    return session_has_passed(library, session, connection);
}
