#include "openssl/judge.h"

#include "event/notice.h"
#include "openssl/chain_pins.h"
#include "openssl/dane.h"
#include "openssl/presented.h"
#include "openssl/program_anchors.h"
#include "openssl/protocol_floor.h"
#include "openssl/purposes.h"
#include "openssl/session.h"
#include "openssl/spki.h"
#include "openssl/store_ctx.h"
#include "openssl/suites.h"
#include "openssl/trust_fill.h"
#include "policy/in_force.h"

static int required_level(const struct openssl_api *api, const SSL *ssl, const struct settings *settings)
{
    int connection_level = api->SSL_get_security_level != NULL ? api->SSL_get_security_level(ssl) : 0;
    return connection_level > settings->security_level ? connection_level : settings->security_level;
}

static bool run(struct judgement *judgement, X509_STORE *anchors, const struct program_rules *rules,
                struct verify_result *result)
{
    judgement->request.anchors = anchors;
    judgement->request.program = rules;
    if (purposes_are_own(judgement->library) && verify_chain(&judgement->library->api, &judgement->request, result))
        return true;
    judgement->connection->handshake.facts.internal_error = true;
    return false;
}

static struct decoder decoder_of(const struct judgement *judgement)
{
    const struct verify_request *request = &judgement->request;
    return (struct decoder){&judgement->library->api, request->library_context, request->properties};
}

/* Of the peer's raw public key where there is no certificate; NULL where it cannot be had. */
static const unsigned char *digest_of_key(const struct judgement *judgement, X509 *certificate,
                                          unsigned char digest[static SPKI_DIGEST_SIZE])
{
    const struct openssl_api *api = &judgement->library->api;
    const struct decoder decoder = decoder_of(judgement);
    if (certificate != NULL)
        return spki_digest_of_certificate(&decoder, certificate, digest) ? digest : NULL;
    EVP_PKEY *key = api->X509_STORE_CTX_get0_rpk != NULL ? api->X509_STORE_CTX_get0_rpk(judgement->store_ctx) : NULL;
    return spki_digest_of_key(&decoder, key, digest) ? digest : NULL;
}

/* The policy's anchors for this chain; NULL with a fact that says why where there are none. The caller frees them. */
static X509_STORE *policy_anchors(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    struct facts *facts = &judgement->connection->handshake.facts;
    const struct settings *settings = &judgement->connection->handshake.settings;
    void *log = (void *)settings->log;

    const struct decoder decoder = decoder_of(judgement);
    struct trust *trust = trust_snapshot(settings->trust, settings->trust_count, notice_trust_warning, log);
    X509_STORE *store = trust != NULL ? api->X509_STORE_new() : NULL;
    judgement->trust = trust;
    judgement->connection->trust = trust;
    if (store == NULL || trust_fill(trust, &decoder, store, judgement->request.leaf, judgement->request.untrusted,
                                    notice_trust_warning, log) != 1)
        facts->internal_error = true;
    else if (trust_is_empty(trust, notice_trust_warning, log))
        facts->trust_missing = true;
    if (store == NULL || (!facts->internal_error && !facts->trust_missing))
        return store;
    api->X509_STORE_free(store);
    return NULL;
}

static void note_name(struct judgement *judgement, const struct verify_result *result)
{
    if (result->name_checked)
        client_handshake_note_name(&judgement->connection->handshake, result->name_error, result->loose_match);
}

static void check_policy_anchors(struct judgement *judgement)
{
    struct facts *facts = &judgement->connection->handshake.facts;
    X509_STORE *anchors = policy_anchors(judgement);
    if (anchors != NULL && run(judgement, anchors, NULL, &judgement->by_policy)) {
        facts->policy_anchors_checked = true;
        facts->policy_anchors_error = judgement->by_policy.chain_error;
        facts->policy_anchors_expiry_alone = judgement->by_policy.expiry_alone;
        note_name(judgement, &judgement->by_policy);
    }
    if (anchors != NULL)
        judgement->library->api.X509_STORE_free(anchors);
}

static void check_against(struct judgement *judgement, X509_STORE *store, const struct program_rules *rules)
{
    struct facts *facts = &judgement->connection->handshake.facts;
    struct verify_result *result = &judgement->by_program;
    verify_result_clear(&judgement->library->api, result);
    if (!run(judgement, store, rules, result))
        return;
    facts->app_anchors_checked = true;
    facts->app_anchors_error = result->chain_error;
    facts->app_anchors_expiry_alone = result->expiry_alone;
    note_name(judgement, result);
}

/* What the program may have seen in a handshake that failed says nothing, unless it said so before (presented.h). */
static bool record_counts(const struct judgement *judgement, const unsigned char *key)
{
    if (judgement->connection->dane_is_late || presented_has_key(key))
        return false;
    presented_know_key(key);
    return true;
}

static bool leaf_record_counts(const struct judgement *judgement)
{
    unsigned char digest[SPKI_DIGEST_SIZE];
    return record_counts(judgement, digest_of_key(judgement, judgement->request.leaf, digest));
}

static bool anchor_record_counts(const struct judgement *judgement, const struct dane_anchor *anchor)
{
    const struct decoder decoder = decoder_of(judgement);
    unsigned char digest[SPKI_DIGEST_SIZE];
    if (anchor->key == NULL)
        return record_counts(judgement, digest_of_key(judgement, anchor->certificate, digest));
    return record_counts(judgement, spki_digest_of_key(&decoder, anchor->key, digest) ? digest : NULL);
}

/* It vouches for its own certificate alone, or for what its key has signed, whatever chain there is above. */
static void check_dane_anchor(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    struct dane_anchor anchor = dane_trust_anchor(api, judgement->ssl, judgement->store_ctx);
    bool counts = anchor.certificate != NULL && anchor_record_counts(judgement, &anchor);
    X509_STORE *store = counts ? api->X509_STORE_new() : NULL;
    if (store != NULL) {
        judgement->connection->app_anchors = 0; /* the anchor is this connection's alone */
        judgement->bare_anchor = anchor.key;
        if (api->X509_STORE_add_cert(store, anchor.certificate) == 1)
            check_against(judgement, store, NULL);
        api->X509_STORE_free(store);
    }
    dane_anchor_clear(api, &anchor);
}

static bool gather_program_anchors(struct judgement *judgement, struct program_rules *rules)
{
    const struct openssl_api *api = &judgement->library->api;
    struct anchor_fill *anchors = &judgement->program_anchors;
    if (!program_anchors_can_be_told(api, judgement->store_ctx))
        return false;
    *rules = program_anchors_rules(api, judgement->store_ctx);
    anchors->api = api;
    anchors->store = api->X509_STORE_new();
    if (anchors->store != NULL &&
        program_anchors_gather(judgement->library, judgement->store_ctx, rules, judgement->request.leaf,
                               judgement->request.untrusted, anchors))
        return true;
    judgement->connection->handshake.facts.internal_error = true;
    return false;
}

/* Where the program demands nothing and has no anchor that fits, there is nothing to be learnt. */
static void check_program_anchors(struct judgement *judgement)
{
    struct program_rules rules;
    if (gather_program_anchors(judgement, &rules) &&
        process_app_anchors_count(judgement->connection->handshake.policy) &&
        (judgement->program_anchors.anchor_count > 0 || judgement->connection->handshake.facts.app_demands_chain))
        check_against(judgement, judgement->program_anchors.store, &rules);
}

static bool is_self_issued(const struct openssl_api *api, const X509 *certificate)
{
    return api->X509_NAME_cmp(api->X509_get_subject_name(certificate), api->X509_get_issuer_name(certificate)) == 0;
}

/*
 * PARTIAL_CHAIN where our anchor is an intermediate, as the program's flags know nothing of it; it is then the only
 * certificate that a chain of the program's can end at.
 */
static void lend(struct judgement *judgement, X509 *anchor)
{
    const struct openssl_api *api = &judgement->library->api;
    X509_STORE_CTX *store_ctx = judgement->store_ctx;
    judgement->lent_anchor = api_stack_of_one(api, anchor);
    if (judgement->lent_anchor == NULL)
        return;
    if (api->X509_STORE_CTX_set0_trusted_stack != NULL)
        api->X509_STORE_CTX_set0_trusted_stack(store_ctx, judgement->lent_anchor);
    else if (api->X509_STORE_CTX_trusted_stack != NULL)
        api->X509_STORE_CTX_trusted_stack(store_ctx, judgement->lent_anchor);
    if (!is_self_issued(api, anchor))
        api->X509_VERIFY_PARAM_set_flags(api->X509_STORE_CTX_get0_param(store_ctx), X509_V_FLAG_PARTIAL_CHAIN);
}

/* Whatever the name: that is for the program's own check, and then for the verdict. */
static void lend_anchor(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    const struct facts *facts = &judgement->connection->handshake.facts;
    const STACK *chain = judgement->by_policy.chain;
    int length = chain != NULL ? api_stack_num(api, chain) : 0;
    if (policy_anchors_accept(facts) && length > 0)
        lend(judgement, api_stack_value(api, chain, length - 1));
}

static bool demands_chain(const struct judgement *judgement)
{
    return (judgement->library->api.SSL_get_verify_mode(judgement->ssl) & SSL_VERIFY_PEER) != 0;
}

/* Computed only where the verdict needs it. */
static void note_public_key(struct judgement *judgement)
{
    struct connection *connection = judgement->connection;
    const struct decoder decoder = decoder_of(judgement);
    if (connection->handshake.settings.pin_count > 0)
        spki_pin_of_certificate(&decoder, judgement->request.leaf, connection->handshake.facts.public_key_pin);
}

static void note_chain_pins(struct judgement *judgement)
{
    struct client_handshake *handshake = &judgement->connection->handshake;
    const struct decoder decoder = decoder_of(judgement);
    const struct presented_chains chains = {.leaf = judgement->request.leaf,
                                            .sent = judgement->request.untrusted,
                                            .by_program = judgement->by_program.chain,
                                            .by_policy = judgement->by_policy.chain,
                                            .bare_anchor = judgement->bare_anchor};
    if (client_handshake_needs_chain_pins(handshake))
        chain_pins_note(&decoder, &chains, &handshake->settings, &handshake->facts);
}

static void note_raw_public_key(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    const struct decoder decoder = decoder_of(judgement);
    struct facts *facts = &judgement->connection->handshake.facts;
    facts->authentication = AUTH_RAW_PUBLIC_KEY;
    if (api->X509_STORE_CTX_get0_rpk != NULL)
        spki_pin_of_key(&decoder, api->X509_STORE_CTX_get0_rpk(judgement->store_ctx), facts->public_key_pin);
}

/* Under `extend` the program's own verification has the policy's anchors, and the last word. */
static bool may_overrule_program(const struct settings *settings)
{
    return settings->mode == MODE_ENFORCE && settings->trust_mode == TRUST_EXCLUSIVE;
}

/* One that is asked for again (SSL_set_retry_verify(3)) goes on with what the program has seen before. */
static void watch_names(struct judgement *judgement)
{
    struct connection *connection = judgement->connection;
    bool counts = may_overrule_program(&connection->handshake.settings) ||
                  settings_may_accept_loose_match(&connection->handshake.settings, &connection->handshake.facts);
    if (counts && connection->names_watched == NULL)
        connection->names_watched = name_watch_begin(judgement->library, judgement->request.leaf);
}

static bool is_vouched_for(const struct judgement *judgement, const X509 *certificate)
{
    const struct openssl_api *api = &judgement->library->api;
    const STACK *chain = app_anchors_accept(&judgement->connection->handshake.facts) ? judgement->by_program.chain
                                                                                     : judgement->by_policy.chain;
    for (int i = 0; chain != NULL && i < api_stack_num(api, chain); i++)
        if (anchor_is_same(api, api_stack_value(api, chain, i), certificate))
            return true;
    return false;
}

/* What the program's store had before the peer sent it remains an anchor. */
static void record_certificate(struct judgement *judgement, X509 *certificate)
{
    const struct openssl_api *api = &judgement->library->api;
    if (!judgement->nothing_vouches && is_vouched_for(judgement, certificate))
        return;
    if (!anchor_fill_has(&judgement->program_anchors, certificate) &&
        !program_anchors_hold(judgement->library, judgement->store_ctx, certificate))
        presented_add(api, certificate);
}

static void record_key(const struct judgement *judgement, X509 *certificate)
{
    unsigned char digest[SPKI_DIGEST_SIZE];
    presented_add_key(digest_of_key(judgement, certificate, digest));
}

static void record_keys(const struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    const STACK *untrusted = judgement->request.untrusted;
    record_key(judgement, judgement->request.leaf);
    for (int i = 0; untrusted != NULL && i < api_stack_num(api, untrusted); i++)
        record_key(judgement, api_stack_value(api, untrusted, i));
}

/*
 * Before the program's code can see it. A certificate that nothing vouches for must not become an anchor because the
 * program puts it into its store, whatever the verdict: a pin vouches for a key alone, and a good chain not for what
 * was sent beside it.
 */
static void record_presented(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    const struct connection *connection = judgement->connection;
    const STACK *untrusted = judgement->request.untrusted;
    judgement->nothing_vouches =
        client_handshake_fails_policy(&connection->handshake) ||
        !(app_anchors_accept(&connection->handshake.facts) || policy_anchors_accept(&connection->handshake.facts));
    record_certificate(judgement, judgement->request.leaf);
    for (int i = 0; untrusted != NULL && i < api_stack_num(api, untrusted); i++)
        record_certificate(judgement, api_stack_value(api, untrusted, i));
    if (judgement->nothing_vouches && !connection->has_dane_record)
        record_keys(judgement);
}

/* A TLSA record from before the handshake may vouch for the key, which is known only now; so is a raw public key. */
static void record_presented_in_vain(const struct judgement *judgement)
{
    const struct connection *connection = judgement->connection;
    const struct facts *facts = &connection->handshake.facts;
    bool vouched = facts->app_dane_verified || app_anchors_accept(facts) || policy_anchors_accept(facts);
    bool failed = client_handshake_fails_policy(&connection->handshake);
    if (judgement->request.leaf == NULL
            ? failed && !vouched
            : judgement->nothing_vouches && connection->has_dane_record && (failed || !vouched))
        record_keys(judgement);
}

/* All that the verdict rests on but the program's own word, which comes after it. */
static void verify_for_policy(struct judgement *judgement)
{
    const struct settings *settings = &judgement->connection->handshake.settings;
    struct facts *facts = &judgement->connection->handshake.facts;
    bool may_lend = settings->mode == MODE_ENFORCE && settings->trust_mode == TRUST_EXTEND;

    facts->app_demands_chain = demands_chain(judgement);
    note_public_key(judgement);
    if (settings->trust_mode != TRUST_EXCLUSIVE)
        check_program_anchors(judgement);
    if (!app_anchors_accept(facts))
        check_policy_anchors(judgement);
    note_chain_pins(judgement);
    record_presented(judgement);
    if (may_lend && !app_anchors_accept(facts))
        lend_anchor(judgement);
    watch_names(judgement);
}

static void note_names_read(struct connection *connection)
{
    struct facts *facts = &connection->handshake.facts;
    facts->app_reads_names = settings_may_accept_loose_match(&connection->handshake.settings, facts) &&
                             name_watch_has_seen(connection->names_watched);
    facts->app_may_refuse_name = facts->app_rejected && may_overrule_program(&connection->handshake.settings) &&
                                 name_watch_may_have_refused(connection->names_watched);
    name_watch_end(connection->names_watched);
    connection->names_watched = NULL;
}

void judge_before_program(const struct library *library, SSL *ssl, struct connection *connection,
                          const struct context *context, X509_STORE_CTX *store_ctx, struct judgement *judgement)
{
    const struct openssl_api *api = &library->api;
    client_handshake_start_facts(&connection->handshake, AUTH_CERTIFICATE);
    connection->trust = NULL;
    connection->app_anchors = context_anchors(library, ssl, store_ctx_store(api, store_ctx));
    *judgement = (struct judgement){
        .library = library,
        .ssl = ssl,
        .connection = connection,
        .store_ctx = store_ctx,
        .request =
            {
                .leaf = store_ctx_leaf(api, store_ctx),
                .untrusted = store_ctx_untrusted(api, store_ctx),
                .names = connection->handshake.names,
                .name_count = connection->handshake.name_count,
                .each_name = connection->handshake.each_name,
                .allow_cn = connection->handshake.settings.allow_cn,
                .loose_flags = program_anchors_host_flags(api, store_ctx),
                .strict = connection->handshake.settings.strict,
                .security_level = required_level(api, ssl, &connection->handshake.settings),
                .library_context = context != NULL ? context->library_context : NULL,
                .properties = context != NULL ? context->properties : NULL,
                .keep_chain = true,
                .asks_about_expiry = settings_ask_about_expiry(&connection->handshake.settings),
            },
    };
    connection->handshake.facts.protocol = protocol_negotiated(library, ssl);
    if (judgement->request.leaf == NULL)
        return;
    api->ERR_set_mark();
    verify_for_policy(judgement);
    api->ERR_pop_to_mark();
}

static void note_program(struct judgement *judgement, int accepted)
{
    const struct openssl_api *api = &judgement->library->api;
    struct facts *facts = &judgement->connection->handshake.facts;
    facts->app_demands_chain = demands_chain(judgement);
    facts->app_rejected = facts->app_demands_chain && accepted <= 0;
    note_names_read(judgement->connection);
    facts->app_error = api->X509_STORE_CTX_get_error(judgement->store_ctx);
    facts->app_dane_verified = facts->app_demands_chain && accepted > 0 &&
                               dane_binds_leaf(api, judgement->ssl, judgement->request.leaf) &&
                               leaf_record_counts(judgement);
}

/* What the program's verification has to say besides its result. */
static void add_program_word(struct judgement *judgement)
{
    const struct settings *settings = &judgement->connection->handshake.settings;
    struct facts *facts = &judgement->connection->handshake.facts;
    if (settings->trust_mode == TRUST_EXCLUSIVE)
        return;
    if (facts->app_rejected) { /* it has the last word */
        facts->app_anchors_checked = false;
        facts->policy_anchors_checked = false;
    } else if (facts->app_demands_chain && !app_anchors_accept(facts)) {
        check_dane_anchor(judgement);
        note_chain_pins(judgement); /* it may be another one that is accepted */
    }
}

void judge_after_program(struct judgement *judgement, int accepted)
{
    const struct openssl_api *api = &judgement->library->api;
    struct connection *connection = judgement->connection;

    api->ERR_set_mark();
    note_program(judgement, accepted);
    if (judgement->request.leaf == NULL)
        note_raw_public_key(judgement);
    else
        add_program_word(judgement);
    record_presented_in_vain(judgement);
    client_handshake_decide(&connection->handshake);
    api->ERR_pop_to_mark();
}

void judge_finish(struct judgement *judgement)
{
    const struct openssl_api *api = &judgement->library->api;
    if (judgement->lent_anchor != NULL)
        api_stack_free(api, judgement->lent_anchor);
    verify_result_clear(api, &judgement->by_program);
    verify_result_clear(api, &judgement->by_policy);
    anchor_fill_clear(&judgement->program_anchors);
    if (judgement->program_anchors.store != NULL)
        api->X509_STORE_free(judgement->program_anchors.store);
}

static bool was_resumed(const struct openssl_api *api, SSL *ssl)
{
    if (api->SSL_session_reused != NULL)
        return api->SSL_session_reused(ssl) != 0;
    return api->SSL_ctrl != NULL && api->SSL_ctrl(ssl, SSL_CTRL_GET_SESSION_REUSED, 0, NULL) != 0;
}

bool judge_saw_certificate(const struct library *library, SSL *ssl)
{
    return !was_resumed(&library->api, ssl) && suites_authentication(library, ssl) == AUTH_CERTIFICATE;
}

/* A session with a certificate is no external key, even where the program came by it after the handshake had begun. */
static bool has_leaf(const struct openssl_api *api, const SSL_SESSION *session)
{
    return session != NULL && api->SSL_SESSION_get0_peer(session) != NULL;
}

/* A session that may be resumed whatever the name still says whether it was verified for this one. */
static void note_session(const struct library *library, SSL *ssl, struct connection *connection)
{
    struct facts *facts = &connection->handshake.facts;
    const SSL_SESSION *session = library->api.SSL_get_session(ssl);
    bool names_peer;
    facts->session_verified = session_is_verified(library, ssl, session, connection, &names_peer);
    facts->session_passed = session != NULL && session_has_passed(library, session, connection);
    if (!facts->session_verified || connection->handshake.name_count == 0)
        return;
    int mismatch = connection->handshake.names[0].kind == PEER_ADDRESS ? X509_V_ERR_IP_ADDRESS_MISMATCH
                                                                       : X509_V_ERR_HOSTNAME_MISMATCH;
    client_handshake_note_name(&connection->handshake, names_peer ? 0 : mismatch, LOOSE_NONE);
}

void judge_without_certificate(const struct library *library, SSL *ssl, struct connection *connection)
{
    const struct openssl_api *api = &library->api;
    struct facts *facts = &connection->handshake.facts;

    api->ERR_set_mark();
    client_handshake_start_facts(&connection->handshake, AUTH_CERTIFICATE);
    facts->app_demands_chain = (api->SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
    facts->protocol = protocol_negotiated(library, ssl);
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
    client_handshake_decide(&connection->handshake);
    api->ERR_pop_to_mark();
}

void judge_unfinished(struct connection *connection, enum authentication authentication)
{
    client_handshake_start_facts(&connection->handshake, authentication);
    client_handshake_decide(&connection->handshake);
}

void judge_without_protocol(struct connection *connection)
{
    client_handshake_start_facts(&connection->handshake, AUTH_CERTIFICATE);
    connection->handshake.facts.protocol_refused = true;
    client_handshake_decide(&connection->handshake);
}
