/*
 * One client handshake as it is seen whatever TLS library makes it: whom it is meant for, what the policy says about
 * it, what was found out and what follows. A family of TLS libraries keeps one with each of its connections, fills it
 * from its own objects and carries the verdict out. One thread at a time uses it, so nothing here is atomic.
 */
#ifndef TLSWARD_CLIENT_HANDSHAKE_H
#define TLSWARD_CLIENT_HANDSHAKE_H

#include "peer/ip.h"
#include "peer/kept_candidates.h"
#include "peer/peer.h"
#include "policy/policy.h"

enum handshake_stage {
    STAGE_NEW,
    STAGE_OBSERVED, /* whom it is meant for is known */
    STAGE_DECIDED,  /* the certificate has its verdict */
    STAGE_DONE      /* the peer's Finished was seen */
};

struct client_handshake {
    const void *call_site; /* who switched verification off on this connection, or NULL */
    uint64_t first_socket; /* the socket whose first handshake is this connection's; 0: none, or not known */
    struct ip told_ip;     /* where the program said that it goes; only with a told_port */
    in_port_t told_port;

    enum handshake_stage stage; /* the first member that client_handshake_reset() forgets */
    bool out_of_memory;         /* what was observed is incomplete: fail closed */

    /* What was known when the first handshake started: for those that follow on the connection. */
    struct kept_candidates *candidates;
    const char *nothing_known; /* why there was neither name nor address; NULL where there was one */
    bool first_on_socket;

    const struct policy *policy;
    struct settings settings;
    uid_t user; /* the process's real one when they were decided */
    enum name_source name_source;
    bool name_is_weak;
    struct peer_name *names; /* any one is enough, unless each has to match */
    size_t name_count;
    bool each_name;           /* where the certificate is not for each, the name is unknown */
    const char *name_unknown; /* why there is no name; NULL where there is one */
    bool leads_elsewhere;     /* the address may be a proxy's, through which other peers are reached */
    char address[INET6_ADDRSTRLEN];
    uint16_t port;

    struct facts facts;
    struct verdict verdict;
    char event_id[33];
    unsigned evidence; /* later checks already reported */
};

/* Room for all names of a handshake. */
#define HANDSHAKE_NAMES_MAX ((size_t)PEER_LOOKUP_NAMES * PEER_NAME_MAX)

/* The expected name, or with blanks between all names that each have to match; "" for none. Returns `text`. */
const char *client_handshake_names(const struct client_handshake *handshake, char text[static HANDSHAKE_NAMES_MAX]);

/* Forgets what was observed and decided, for a connection that is used again or goes away. */
void client_handshake_reset(struct client_handshake *handshake);

#endif
