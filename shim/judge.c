#include "judge.h"

#include "dane.h"
#include "report.h"
#include "session.h"
#include "spki.h"
#include "suites.h"
#include "trust.h"

/* The first members of X509_STORE_CTX in 1.0.2, which has no functions to read them (openssl/x509_vfy.h of 1.0.2u). */
struct store_ctx_of_102 {
    X509_STORE *store;
    int current_method;
    X509 *leaf;
    STACK *untrusted;
};

static X509 *leaf_of(const struct openssl_api *api, X509_STORE_CTX *ctx)
{
    return api->X509_STORE_CTX_get0_cert != NULL ? api->X509_STORE_CTX_get0_cert(ctx)
                                                 : ((const struct store_ctx_of_102 *)(const void *)ctx)->leaf;
}

static STACK *untrusted_of(const struct openssl_api *api, X509_STORE_CTX *ctx)
{
    return api->X509_STORE_CTX_get0_untrusted != NULL ? api->X509_STORE_CTX_get0_untrusted(ctx)
                                                      : ((const struct store_ctx_of_102 *)(const void *)ctx)->untrusted;
}

static X509_STORE *store_of(const struct openssl_api *api, X509_STORE_CTX *ctx)
{
    return api->X509_STORE_CTX_get0_store != NULL ? api->X509_STORE_CTX_get0_store(ctx)
                                                  : ((const struct store_ctx_of_102 *)(const void *)ctx)->store;
}

static int required_level(const struct openssl_api *api, const SSL *ssl, const struct settings *settings)
{
    int connection_level = api->SSL_get_security_level != NULL ? api->SSL_get_security_level(ssl) : 0;
    return connection_level > settings->security_level ? connection_level : settings->security_level;
}

/* What a program replaced in its store may say yes to anything. */
static bool has_default_functions(const struct openssl_api *api, const X509_STORE *store)
{
    return (api->X509_STORE_get_verify == NULL || api->X509_STORE_get_verify(store) == NULL) &&
           (api->X509_STORE_get_check_issued == NULL || api->X509_STORE_get_check_issued(store) == NULL) &&
           (api->X509_STORE_get_get_issuer == NULL || api->X509_STORE_get_get_issuer(store) == NULL) &&
           (api->X509_STORE_get_lookup_certs == NULL || api->X509_STORE_get_lookup_certs(store) == NULL);
}

static bool run(struct judgement *judgement, X509_STORE *anchors, struct verify_result *result)
{
    judgement->request.anchors = anchors;
    if (verify_chain(&judgement->library->api, &judgement->request, result))
        return true;
    judgement->connection->facts.internal_error = true;
    return false;
}

/* The policy's anchors for this chain, found once; NULL with a fact that says why where there are none. */
static X509_STORE *policy_anchors(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    struct connection *connection = judgement->connection;
    const struct settings *settings = &connection->settings;
    void *log = (void *)settings->log;

    if (judgement->policy_anchors != NULL)
        return judgement->policy_anchors;
    const struct decoder decoder = {api, judgement->request.library_context, judgement->request.properties};
    struct trust *trust = trust_snapshot(settings->trust, settings->trust_count, report_trust_warning, log);
    X509_STORE *store = trust != NULL ? api->X509_STORE_new() : NULL;
    connection->trust = trust;
    if (store == NULL || trust_fill(trust, &decoder, store, judgement->request.leaf, judgement->request.untrusted,
                                    report_trust_warning, log) != 1)
        connection->facts.internal_error = true;
    else if (trust_is_empty(trust, api, report_trust_warning, log))
        connection->facts.trust_missing = true;
    judgement->policy_anchors = store;
    return connection->facts.internal_error || connection->facts.trust_missing ? NULL : store;
}

static void note_name(struct facts *facts, const struct verify_result *result)
{
    if (!result->name_checked)
        return;
    facts->name_checked = true;
    facts->name_error = result->name_error;
}

static void check_policy_anchors(struct judgement *judgement)
{
    struct facts *facts = &judgement->connection->facts;
    struct verify_result result;
    X509_STORE *anchors = facts->policy_anchors_checked ? NULL : policy_anchors(judgement);
    if (anchors == NULL || !run(judgement, anchors, &result))
        return;
    facts->policy_anchors_checked = true;
    facts->policy_anchors_error = result.chain_error;
    note_name(facts, &result);
}

static void check_against(struct judgement *judgement, X509_STORE *store)
{
    struct facts *facts = &judgement->connection->facts;
    struct verify_result result;
    if (!run(judgement, store, &result))
        return;
    facts->app_anchors_checked = true;
    facts->app_anchors_error = result.chain_error;
    note_name(facts, &result);
}

static void check_dane_anchor(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    X509 *anchor = dane_trust_anchor(api, judgement->ssl);
    X509_STORE *store = anchor != NULL ? api->X509_STORE_new() : NULL;
    if (store == NULL)
        return;
    judgement->connection->app_anchors = 0; /* the anchor is this connection's alone */
    if (api->X509_STORE_add_cert(store, anchor) == 1)
        check_against(judgement, store);
    api->X509_STORE_free(store);
}

static void check_app_anchors(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    const struct facts *facts = &judgement->connection->facts;
    X509_STORE *store = store_of(api, judgement->store_ctx);
    if (store != NULL && has_default_functions(api, store))
        check_against(judgement, store);
    if (!facts->app_anchors_checked || facts->app_anchors_error != 0)
        check_dane_anchor(judgement);
}

static bool app_anchors_accept(struct judgement *judgement)
{
    X509_STORE *store = store_of(&judgement->library->api, judgement->store_ctx);
    struct verify_result result;
    return store != NULL && has_default_functions(&judgement->library->api, store) && run(judgement, store, &result) &&
           result.chain_error == 0;
}

/* PARTIAL_CHAIN, because our anchor may be an intermediate and the program's flags know nothing of it. */
static void lend(struct judgement *judgement, X509 *anchor)
{
    const struct openssl_api *api = &judgement->library->api;
    judgement->lent_anchor = api_stack_of_one(api, anchor);
    if (judgement->lent_anchor == NULL)
        return;
    if (api->X509_STORE_CTX_set0_trusted_stack != NULL)
        api->X509_STORE_CTX_set0_trusted_stack(judgement->store_ctx, judgement->lent_anchor);
    else if (api->X509_STORE_CTX_trusted_stack != NULL)
        api->X509_STORE_CTX_trusted_stack(judgement->store_ctx, judgement->lent_anchor);
    api->X509_VERIFY_PARAM_set_flags(api->X509_STORE_CTX_get0_param(judgement->store_ctx), X509_V_FLAG_PARTIAL_CHAIN);
}

static void lend_anchor(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    struct verify_result *result = &judgement->lent_from;
    X509_STORE *anchors = policy_anchors(judgement);

    judgement->request.keep_chain = true;
    /* Whatever the name: that is for the program's own check, and then for the verdict. */
    if (anchors != NULL && run(judgement, anchors, result) && result->chain_error == 0 && result->chain != NULL) {
        judgement->request.keep_chain = false;
        int length = api_stack_num(api, result->chain);
        if (length > 0 && !app_anchors_accept(judgement))
            lend(judgement, api_stack_value(api, result->chain, length - 1));
    }
    judgement->request.keep_chain = false;
}

static void start_facts(struct connection *connection)
{
    bool app_demands_name = connection->facts.app_demands_name;
    bool app_names_other = connection->facts.app_names_other;
    connection->facts = (struct facts){
        .authentication = AUTH_CERTIFICATE,
        .name_source = connection->name_source,
        .name_is_weak = connection->name_is_weak,
        .policy_invalid = connection->policy != NULL && policy_is_invalid(connection->policy),
        .internal_error = connection->out_of_memory,
        .app_demands_name = app_demands_name,
        .app_names_other = app_names_other,
    };
}

void judge_before_program(const struct library *library, SSL *ssl, struct connection *connection,
                          const struct context *context, X509_STORE_CTX *store_ctx, struct judgement *judgement)
{
    const struct openssl_api *api = &library->api;
    start_facts(connection);
    connection->trust = NULL;
    connection->app_anchors = context_anchors(library, ssl, store_of(api, store_ctx));
    *judgement = (struct judgement){
        .library = library,
        .ssl = ssl,
        .connection = connection,
        .store_ctx = store_ctx,
        .request =
            {
                .leaf = leaf_of(api, store_ctx),
                .untrusted = untrusted_of(api, store_ctx),
                .names = connection->names,
                .name_count = connection->name_count,
                .allow_cn = connection->settings.allow_cn,
                .strict = connection->settings.strict,
                .security_level = required_level(api, ssl, &connection->settings),
                .library_context = context != NULL ? context->library_context : NULL,
                .properties = context != NULL ? context->properties : NULL,
            },
    };
    if (judgement->request.leaf == NULL || connection->settings.mode != MODE_ENFORCE ||
        connection->settings.trust_mode != TRUST_EXTEND)
        return;
    api->ERR_set_mark();
    lend_anchor(judgement);
    api->ERR_pop_to_mark();
}

static void note_program(struct judgement *judgement, int accepted)
{
    const struct openssl_api *api = &judgement->library->api;
    struct facts *facts = &judgement->connection->facts;
    facts->app_demands_chain = (api->SSL_get_verify_mode(judgement->ssl) & SSL_VERIFY_PEER) != 0;
    facts->app_rejected = facts->app_demands_chain && accepted <= 0;
    facts->app_error = api->X509_STORE_CTX_get_error(judgement->store_ctx);
    facts->app_dane_verified =
        facts->app_demands_chain && accepted > 0 && dane_binds_leaf(api, judgement->ssl, judgement->request.leaf);
}

static void verify_again(struct judgement *judgement)
{
    const struct settings *settings = &judgement->connection->settings;
    struct facts *facts = &judgement->connection->facts;

    if (facts->app_demands_chain && settings->trust_mode != TRUST_EXCLUSIVE && !facts->app_rejected)
        check_app_anchors(judgement);
    bool app_anchors_will_do = facts->app_anchors_checked && facts->app_anchors_error == 0;
    bool program_has_the_last_word = facts->app_rejected && settings->trust_mode != TRUST_EXCLUSIVE;
    if (!app_anchors_will_do && !program_has_the_last_word)
        check_policy_anchors(judgement);
}

/* A certificate's is computed only where the verdict needs it. */
static void note_public_key(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    struct connection *connection = judgement->connection;
    char *pin = connection->facts.public_key_pin;
    if (connection->facts.authentication == AUTH_CERTIFICATE && connection->settings.pin_count > 0)
        spki_pin_of_certificate(api, judgement->request.leaf, pin);
    else if (connection->facts.authentication == AUTH_RAW_PUBLIC_KEY && api->X509_STORE_CTX_get0_rpk != NULL)
        spki_pin_of_key(api, api->X509_STORE_CTX_get0_rpk(judgement->store_ctx), pin);
}

void judge_after_program(struct judgement *judgement, int accepted)
{
    const struct openssl_api *api = &judgement->library->api;
    struct connection *connection = judgement->connection;

    api->ERR_set_mark();
    note_program(judgement, accepted);
    if (judgement->request.leaf == NULL)
        connection->facts.authentication = AUTH_RAW_PUBLIC_KEY;
    else
        verify_again(judgement);
    note_public_key(judgement);
    connection->verdict = decide(&connection->settings, &connection->facts);
    api->ERR_pop_to_mark();
}

void judge_finish(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    if (judgement->lent_anchor != NULL)
        api_stack_free(api, judgement->lent_anchor);
    verify_result_clear(api, &judgement->lent_from);
    if (judgement->policy_anchors != NULL)
        api->X509_STORE_free(judgement->policy_anchors);
}

static bool was_resumed(const struct openssl_api *api, SSL *ssl)
{
    if (api->SSL_session_reused != NULL)
        return api->SSL_session_reused(ssl) != 0;
    return api->SSL_ctrl != NULL && api->SSL_ctrl(ssl, SSL_CTRL_GET_SESSION_REUSED, 0, NULL) != 0;
}

/* A session with a certificate is no external key, even where the program came by it after the handshake had begun. */
static bool has_leaf(const struct openssl_api *api, const SSL_SESSION *session)
{
    return session != NULL && api->SSL_SESSION_get0_peer(session) != NULL;
}

/* A session that may be resumed whatever the name still says whether it was verified for this one. */
static void note_session(const struct library *library, SSL *ssl, struct connection *connection)
{
    struct facts *facts = &connection->facts;
    const SSL_SESSION *session = library->api.SSL_get_session(ssl);
    bool names_peer;
    facts->session_verified = session_is_verified(library, ssl, session, connection, &names_peer);
    facts->name_checked = facts->session_verified && connection->name_count > 0;
    if (facts->name_checked && !names_peer)
        facts->name_error =
            connection->names[0].kind == PEER_ADDRESS ? X509_V_ERR_IP_ADDRESS_MISMATCH : X509_V_ERR_HOSTNAME_MISMATCH;
}

void judge_without_certificate(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    struct facts *facts = &connection->facts;

    api->ERR_set_mark();
    start_facts(connection);
    facts->app_demands_chain = (api->SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
    if (!was_resumed(api, ssl)) {
        facts->authentication = suites_authentication(library, ssl);
        /* A suite with a certificate, and yet none was verified: nothing is known that would be good. */
        facts->internal_error = facts->internal_error || facts->authentication == AUTH_CERTIFICATE;
    } else if (!connection->had_session && !has_leaf(api, api->SSL_get_session(ssl))) {
        facts->authentication = AUTH_PSK;
    } else {
        facts->authentication = AUTH_RESUMPTION;
        note_session(library, ssl, connection);
    }
    connection->verdict = decide(&connection->settings, facts);
    api->ERR_pop_to_mark();
}

void judge_without_suites(struct connection *connection)
{
    start_facts(connection);
    connection->facts.authentication = connection->dropped;
    connection->verdict = decide(&connection->settings, &connection->facts);
}
