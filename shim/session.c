#include "session.h"

#include "ex_data.h"
#include "session_memory.h"

#include <stdlib.h>
#include <string.h>

static void mark_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *library)
{
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)library;
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
    library->mark_index = ex_data_index(&library->api, EX_DATA_OF_X509, &callbacks);
    return library->mark_index > 0;
}

static X509 *leaf_of(const struct library *library, const SSL_SESSION *session)
{
    return session != NULL ? library->api.SSL_SESSION_get0_peer(session) : NULL;
}

static bool digest_of(const struct openssl_api *api, const X509 *leaf, const EVP_MD *type, unsigned char *digest,
                      unsigned size)
{
    unsigned length = 0;
    return api->X509_digest(leaf, type, digest, &length) == 1 && length == size;
}

/* SHA-256 costs more than all else here, and most handshakes bring a leaf that was kept before. */
static void keep(const struct openssl_api *api, const X509 *leaf, const struct session_mark *mark)
{
    unsigned char hint[SESSION_HINT_SIZE], digest[SESSION_DIGEST_SIZE];
    if (!digest_of(api, leaf, api->EVP_sha1(), hint, sizeof hint) || session_memory_has(hint, mark))
        return;
    if (digest_of(api, leaf, api->EVP_sha256(), digest, sizeof digest))
        session_memory_keep(hint, digest, mark);
}

/* Returns the leaf's own copy of the mark, or NULL for memory shortage. */
static const struct session_mark *attach_mark(const struct library *library, X509 *leaf,
                                              const struct session_mark *mark)
{
    struct session_mark *copy = malloc(sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *mark;
    library->api.ERR_set_mark();
    if (library->api.X509_set_ex_data(leaf, library->mark_index, copy) != 1) {
        free(copy);
        copy = NULL;
    }
    library->api.ERR_pop_to_mark();
    return copy;
}

static const struct session_mark *mark_of(const struct library *library, const SSL_SESSION *session)
{
    unsigned char digest[SESSION_DIGEST_SIZE];
    struct session_mark kept;
    X509 *leaf = leaf_of(library, session);
    if (leaf == NULL)
        return NULL;
    const struct session_mark *mark = library->api.X509_get_ex_data(leaf, library->mark_index);
    if (mark == NULL && digest_of(&library->api, leaf, library->api.EVP_sha256(), digest, sizeof digest) &&
        session_memory_find(digest, &kept))
        mark = attach_mark(library, leaf, &kept);
    return mark;
}

void session_mark(const struct library *library, const SSL *ssl, const struct connection *connection)
{
    X509 *leaf = leaf_of(library, library->api.SSL_get_session(ssl));
    if (leaf == NULL || library->api.X509_get_ex_data(leaf, library->mark_index) != NULL)
        return;
    const struct facts *facts = &connection->facts;
    struct session_mark mark = {
        .policy = connection->policy,
        .rule = connection->settings.rule,
        .name_was_verified = facts->name_checked && facts->name_error == 0,
        .by_app_anchors = !settings_demand_pin_alone(&connection->settings) &&
                          (!facts->policy_anchors_checked || facts->policy_anchors_error != 0),
    };
    if (connection->name_count > 0)
        mark.name = connection->names[0];
    attach_mark(library, leaf, &mark);
    keep(&library->api, leaf, &mark);
}

bool session_is_marked(const struct library *library, const SSL_SESSION *session)
{
    return mark_of(library, session) != NULL;
}

struct peer_name session_name(const struct library *library, const SSL_SESSION *session)
{
    const struct session_mark *mark = mark_of(library, session);
    return mark != NULL && mark->name_was_verified ? mark->name : (struct peer_name){.kind = PEER_NONE};
}

static bool names_peer(const struct session_mark *mark, const struct connection *connection)
{
    for (size_t i = 0; i < connection->name_count; i++)
        if (mark->name.kind == connection->names[i].kind && strcmp(mark->name.text, connection->names[i].text) == 0)
            return true;
    return false;
}

bool session_is_verified(const struct library *library, const SSL *ssl, const SSL_SESSION *session,
                         const struct connection *connection)
{
    const struct session_mark *mark = mark_of(library, session);
    /* A policy is never changed in place and its rules keep their names' addresses, so equal pointers mean equal
     * settings. */
    if (mark == NULL || mark->policy != connection->policy || mark->rule != connection->settings.rule)
        return false;
    if (mark->by_app_anchors && (library->api.SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) == 0)
        return false;
    if (connection->settings.verify != VERIFY_FULL)
        return true;
    if (connection->name_count == 0)
        return !mark->name_was_verified && connection->settings.unknown_name == CHOICE_ALLOW;
    return mark->name_was_verified && names_peer(mark, connection);
}
