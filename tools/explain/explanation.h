/*
 * Everything `explain` found out about one server, and its three renderings.
 */
#ifndef TLSWARD_EXPLANATION_H
#define TLSWARD_EXPLANATION_H

#include "explain/certificate_names.h"
#include "explain/explain_verify.h"
#include "explain/other_stores.h"
#include "explain/resigner.h"
#include "explain/server_notes.h"
#include "server/tls_peer.h"
#include "peer/peer.h"
#include "policy/policy.h"
#include "shared/anchors.h"

struct explanation {
    const char *host;
    uint16_t port;
    const char *address;     /* the one that answered */
    const char *starttls;    /* the protocol, or NULL */
    struct peer_name target; /* the host, normalised */
    struct expected_peer peer;
    struct peer_name expected;
    struct settings settings;
    struct settings general; /* what [policy] says */
    struct anchors anchors;
    struct tls_peer tls;
    struct server_notes notes;
    struct resigner resigner;
    struct other_stores other_stores;
    struct certificate_names names;
    struct chain_result chain;
    bool policy_incomplete; /* something of the policy could not be read */
    struct facts facts;
    struct verdict verdict;
};

/* Whether the handshake goes on: with the mode off or audit it does, but would-block counts as blocked here. */
bool explanation_allows(const struct explanation *explanation);

/* The one-line verdict: "blocked: certificate-expired (certificate has expired)". The caller frees it. */
char *explanation_verdict(const struct explanation *explanation);

void explanation_print(const struct explanation *explanation);
void explanation_print_json(const struct explanation *explanation);

#endif
