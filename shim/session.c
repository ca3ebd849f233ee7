#include "session.h"

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

/* A TLS 1.3 ticket gets a copy of the session it came with. */
static int mark_dup(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void *value, int index, long number, void *library)
{
    (void)to;
    (void)from;
    (void)index;
    (void)number;
    (void)library;
    struct session_mark **slot = value;
    struct session_mark *copy = *slot != NULL ? malloc(sizeof *copy) : NULL;
    if (copy != NULL)
        *copy = **slot;
    *slot = copy;
    return 1;
}

bool session_attach(struct library *library)
{
    const struct openssl_api *api = &library->api;
    /* Index 0 is the program's app_data in 1.0.2 and old LibreSSL. */
    do {
        library->session_index =
            api->SSL_SESSION_get_ex_new_index != NULL
                ? api->SSL_SESSION_get_ex_new_index(0, library, NULL, mark_dup, mark_free)
                : api->CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_SESSION, 0, library, NULL, mark_dup, mark_free);
    } while (library->session_index == 0);
    return library->session_index > 0;
}

static const struct session_mark *mark_of(const struct library *library, const SSL_SESSION *session)
{
    return session != NULL ? library->api.SSL_SESSION_get_ex_data(session, library->session_index) : NULL;
}

void session_mark(const struct library *library, const SSL *ssl, const struct connection *connection)
{
    SSL_SESSION *session = library->api.SSL_get_session(ssl);
    if (session == NULL || mark_of(library, session) != NULL)
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
    if (library->api.SSL_SESSION_set_ex_data(session, library->session_index, mark) != 1)
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
    /* A policy is never changed in place and its rules keep their names' addresses, so equal pointers mean equal settings. */
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
