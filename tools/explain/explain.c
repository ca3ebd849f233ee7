#include "explain/explain.h"

#include "explain/certificate_file.h"
#include "explain/explain_options.h"
#include "explain/explanation.h"
#include "explain/missing_issuer.h"
#include "policy/config.h"
#include "server/server.h"
#include "shared/effective.h"
#include "shared/exit_status.h"
#include "shared/shared_trust.h"
#include "shared/shared_verify.h"
#include "shared/text.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a program that verifies nothing lets the library see. */
static struct facts gather_facts(const struct explanation *explanation, bool policy_invalid, bool verified)
{
    const struct settings *settings = &explanation->settings;
    const struct chain_result *chain = &explanation->chain;
    bool name_known = explanation->expected.kind != PEER_NONE;
    return (struct facts){.authentication = AUTH_CERTIFICATE,
                          .name_source = explanation->peer.source,
                          .policy_invalid = policy_invalid,
                          .trust_missing = shared_trust_is_empty(settings->trust, settings->trust_count),
                          .internal_error = !verified,
                          .policy_anchors_checked = verified,
                          .policy_anchors_error = chain->chain_error,
                          .policy_anchors_expiry_alone = chain->expiry_alone,
                          .protocol = shared_protocol(explanation->tls.version),
                          .name_checked = verified && name_known,
                          .name_error = chain->name_error,
                          .loose_match = chain->loose_match};
}

/* The name in the rule comes first, then what a program would send as SNI or connect to. */
static void expect_peer(struct explanation *explanation, const struct peer_name *host)
{
    struct peer_candidates candidates = {.resolver_is_weak = false};
    const char *name = explanation->settings.name;
    if (name != NULL)
        peer_normalise(name, strlen(name), &candidates.policy);
    *(host->kind == PEER_ADDRESS ? &candidates.address : &candidates.sni) = *host;
    explanation->peer = peer_expected(&candidates, explanation->settings.weak_names == CHOICE_ALLOW);
    if (explanation->peer.count > 0)
        explanation->expected = explanation->peer.names[0];
    explanation->peer.names = &explanation->expected;
}

/* A server without a certificate is known by that alone. */
static void judge(struct explanation *explanation, bool policy_invalid)
{
    const struct settings *settings = &explanation->settings;
    X509 *leaf = sk_X509_value(explanation->tls.chain, 0);
    if (leaf == NULL) {
        explanation->facts = (struct facts){.authentication = AUTH_ANONYMOUS,
                                            .name_source = explanation->peer.source,
                                            .protocol = shared_protocol(explanation->tls.version),
                                            .policy_invalid = policy_invalid};
        return;
    }
    bool verified = explain_verify(explanation->tls.chain, settings, &explanation->expected, &explanation->chain);
    explanation->names = certificate_names_list(leaf, &explanation->expected, settings->allow_cn);
    explanation->facts = gather_facts(explanation, policy_invalid, verified);
    shared_public_key_pin(leaf, explanation->facts.public_key_pin);
    if (settings_deny_keys(settings))
        shared_chain_pins(leaf, explanation->tls.chain, explanation->chain.built, settings, &explanation->facts);
}

static void decide_about(struct explanation *explanation, const struct explain_options *options,
                         const struct policy *policy)
{
    const struct peer_name *host = &explanation->target;
    struct destination destination = {.name = host->text, .address = explanation->address, .port = options->port};
    explanation->settings = policy_settings(policy, &options->process.identity, &destination, time(NULL));
    explanation->general = policy_general_settings(policy);
    struct settings *settings = &explanation->settings;
    if (options->trust_count > 0) {
        settings->trust = options->trust;
        settings->trust_count = options->trust_count;
    }
    for (size_t i = 0; i < settings->trust_count; i++)
        anchors_add(&explanation->anchors, &settings->trust[i]);
    expect_peer(explanation, host);
    judge(explanation, policy_is_invalid(policy));
    explanation->policy_incomplete = policy_is_incomplete(policy);
    explanation->verdict = decide(settings, &explanation->facts);
}

static void explanation_free(struct explanation *explanation)
{
    sk_X509_pop_free(explanation->chain.built, X509_free);
    server_notes_free(&explanation->notes);
    resigner_free(&explanation->resigner);
    other_stores_free(&explanation->other_stores);
    certificate_names_free(&explanation->names);
    anchors_free(&explanation->anchors);
    tls_peer_free(&explanation->tls);
}

/* True where nobody asked for it. */
static bool save_certificate(const struct explanation *explanation, const char *file)
{
    X509 *leaf = sk_X509_value(explanation->tls.chain, 0);
    if (file != NULL && leaf == NULL)
        fprintf(stderr, "tlsward explain: the server has sent no certificate to write to %s\n", file);
    return file == NULL || (leaf != NULL && certificate_file_write(leaf, file));
}

static int explain(const struct explain_options *options, const struct policy *policy)
{
    char address[NI_MAXHOST] = "";
    struct explanation explanation = {.host = options->host,
                                      .port = options->port,
                                      .address = address,
                                      .starttls = options->starttls != NULL ? options->starttls->name : NULL};
    if (!peer_normalise(options->host, strlen(options->host), &explanation.target)) {
        fprintf(stderr, "tlsward explain: %s: is no host name\n", options->host);
        return STATUS_USAGE;
    }
    const struct server server = {.program = "tlsward explain",
                                  .host = options->host,
                                  .name = explanation.target,
                                  .port = options->port,
                                  .starttls = options->starttls,
                                  .asks_date = true};
    if (!server_examine(&server, &explanation.tls, address))
        return STATUS_UNREACHABLE;
    server_notes_on_chain(&explanation.notes, explanation.tls.chain);
    server_notes_on_sni(&explanation.notes, &server, address, explanation.tls.chain);
    decide_about(&explanation, options, policy);
    resigner_find(&explanation.resigner, explanation.tls.chain, explanation.chain.built, address);
    resigner_note(&explanation.resigner, &explanation.notes);
    other_stores_ask(&explanation.other_stores, explanation.tls.chain, &explanation.settings);
    if (options->fetch)
        missing_issuer_note(&explanation);
    (options->json ? explanation_print_json : explanation_print)(&explanation);
    int status = explanation_allows(&explanation) ? STATUS_OK : STATUS_NEGATIVE;
    if (!save_certificate(&explanation, options->certificate))
        status = STATUS_USAGE;
    explanation_free(&explanation);
    return status;
}

int explain_main(int argc, char **argv)
{
    struct explain_options options;
    struct config_errors errors = {0};
    struct policy *policy = NULL;
    int status = explain_options_parse(argc, argv, &options);
    if (status >= 0)
        goto out;
    struct config_environment environment =
        options.policy != NULL ? effective_file(options.policy) : effective_environment();
    policy = config_load(&environment, &errors);
    effective_print_errors(&errors);
    if (effective_kill_switch() != NULL)
        fprintf(stderr, "tlsward: warning: the library is switched off by %s: what follows holds without it\n",
                effective_kill_switch());
    status = policy != NULL ? explain(&options, policy) : STATUS_REFUSED;
out:
    policy_free(policy);
    config_errors_free(&errors);
    explain_options_free(&options);
    return status;
}
