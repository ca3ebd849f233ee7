/*
 * A handshake as an event tells of it, in the terms of the policy: which program of whom, to whom, and the facts that
 * the library decided by. What the event does not say is unknown there, as it is in a process.
 */
#ifndef TLSWARD_SEEN_H
#define TLSWARD_SEEN_H

#include "events/kind.h"
#include "events/record.h"
#include "policy/policy.h"

/* More texts than an event has room for. */
#define SEEN_TEXT_MAX (RECORD_LINE_MAX + 64)

struct seen {
    struct process_identity process;
    struct destination destinations[PEER_LOOKUP_NAMES];
    size_t destination_count; /* at least 1: each may be the peer */
    struct facts facts;
    bool has_facts; /* an older library did not tell them */
    enum fate fate;
    enum action action; /* what was done */
    enum policy_mode mode;
    const char *rule; /* that decided then; NULL: [policy] */
    const char *anchor_file;
    bool anchor_is_policys;
    bool names_are_cut; /* of the certificate's, there are more than the event lists */
    struct event_record *record;
    size_t text_used;
    char text[SEEN_TEXT_MAX];
};

/* Fills `seen`, which points into itself and into the record. False for what is no handshake. */
bool seen_read(struct seen *seen, struct event_record *record);

/* Whether the certificate lists this DNS name or address, letter by letter; nothing is said of wildcards. */
bool seen_lists_name(struct seen *seen, const char *name);

#endif
