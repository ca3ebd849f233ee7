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
    struct settings candidate; /* those of policy_candidate(), where there is one */
    uid_t user;                /* the process's real one when they were decided */
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
    unsigned checked_later; /* by enum later_check: what was said of the program after the event */
};

/* Room for all names of a handshake. */
#define HANDSHAKE_NAMES_MAX ((size_t)PEER_LOOKUP_NAMES * PEER_NAME_MAX)

/* The expected name, or with blanks between all names that each have to match; "" for none. Returns `text`. */
const char *client_handshake_names(const struct client_handshake *handshake, char text[static HANDSHAKE_NAMES_MAX]);

/* Forgets what was observed and decided, for a connection that is used again or goes away. */
void client_handshake_reset(struct client_handshake *handshake);

/* True where the verdict will be carried out and something is demanded of the peer. */
bool client_handshake_demands_proof(const struct client_handshake *handshake);

/* True where no session may be resumed of which it is not known that it met the policy. */
bool client_handshake_demands_known_session(const struct client_handshake *handshake);

/* A pre-shared key shows no public key, so it cannot meet a pin. */
enum choice client_handshake_psk(const struct client_handshake *handshake);

/*
 * The host name to be sent where the program sends none (RFC 6066, section 3); NULL for none. What a program accepts
 * that demands chain and name itself is good as it is, and a server that refuses a name it does not serve would cut it.
 */
const char *client_handshake_name_to_send(const struct client_handshake *handshake, bool app_demands_chain);

/* Begins the facts with what was observed, of a peer that proves itself in this way. */
void client_handshake_start_facts(struct client_handshake *handshake, enum authentication authentication);

/* True where the keys of the whole chain are to be told. */
bool client_handshake_needs_chain_pins(const struct client_handshake *handshake);

/*
 * The certificate was compared with the names: `error` is 0 or the number of the mismatch. Of several names of which
 * none is chosen, a certificate that is not for each says nothing.
 */
void client_handshake_note_name(struct client_handshake *handshake, int error, enum loose_match loose_match);

/* True where the facts as they are lead to a failure that is the peer's. */
bool client_handshake_fails_policy(const struct client_handshake *handshake);

/* From the facts to the verdict. */
void client_handshake_decide(struct client_handshake *handshake);

/* True where the policy blocks what the program would have let pass. */
bool client_handshake_is_blocked(const struct client_handshake *handshake);

/* What the program's own verification has to come to. */
enum consequence { CONSEQUENCE_NONE, CONSEQUENCE_REFUSE, CONSEQUENCE_ACCEPT };
enum consequence client_handshake_consequence(const struct client_handshake *handshake);

/* For the program's own log: what was blocked, by what and why. */
void client_handshake_explain(const struct client_handshake *handshake, char *text, size_t size);

#endif
