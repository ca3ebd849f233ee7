#include "session.h"

#include "ex_data.h"

#include <stdlib.h>
#include <string.h>

struct session_mark {
    const struct policy *policy;
    const char *rule;
    bool name_was_verified;
    bool by_app_anchors; /* the chain led to the program's trust anchors; the policy's were not asked or refused it */
    struct peer_name name;
};

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
 * session read from a file has another one, and programs whose own session callbacks cannot bear an empty slot
 * (stunnel's) never see theirs called for our sake.
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

static const struct session_mark *mark_of(const struct library *library, const SSL_SESSION *session)
{
    const X509 *leaf = leaf_of(library, session);
    return leaf != NULL ? library->api.X509_get_ex_data(leaf, library->mark_index) : NULL;
}

void session_mark(const struct library *library, const SSL *ssl, const struct connection *connection)
{
    X509 *leaf = leaf_of(library, library->api.SSL_get_session(ssl));
    if (leaf == NULL || library->api.X509_get_ex_data(leaf, library->mark_index) != NULL)
        return;
    struct session_mark *mark = calloc(1, sizeof *mark);
    if (mark == NULL)
        return;
    mark->policy = connection->policy;
    mark->rule = connection->settings.rule;
    mark->name_was_verified = connection->facts.name_checked && connection->facts.name_error == 0;
    mark->by_app_anchors = !connection->facts.policy_anchors_checked || connection->facts.policy_anchors_error != 0;
    if (connection->name_count > 0)
        mark->name = connection->names[0];
    library->api.ERR_set_mark();
    if (library->api.X509_set_ex_data(leaf, library->mark_index, mark) != 1)
        free(mark);
    library->api.ERR_pop_to_mark();
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
