/*
 * What an event is about, and what became of a handshake: the words of tlsward-events(5) as numbers.
 */
#ifndef TLSWARD_KIND_H
#define TLSWARD_KIND_H

#include "events/record.h"

enum record_kind {
    RECORD_HANDSHAKE,
    RECORD_UPDATE,        /* what was learned later about the handshake with the same event.id */
    RECORD_RETRY_REFUSED, /* clear text to the peer of a blocked handshake was refused */
    RECORD_NOTICE,
    RECORD_START,
    RECORD_OTHER /* of a later version */
};
enum record_kind record_kind(struct event_record *record);

/* What became of a handshake; every handshake is one of these. */
enum fate {
    FATE_VERIFIED,    /* by the program itself */
    FATE_BY_POLICY,   /* verified, and the program would not have noticed a forgery */
    FATE_ALLOWED,     /* failed, and the policy lets it pass: an exception, or nothing is demanded */
    FATE_WOULD_BLOCK, /* failed and went on, in audit */
    FATE_BLOCKED,     /* by the policy */
    FATE_REFUSED,     /* by the program's own verification, whatever the policy says */
    FATE_COUNT
};
enum fate record_fate(struct event_record *record);

/* One word for it, as tables and files have it: "verified", "by-policy", "allowed", "would-block", ... */
const char *fate_text(enum fate fate);

/* What a program looked at after its handshake (tlsward.app_checked_later of updates). */
enum {
    LATER_CERTIFICATE = 1,
    LATER_RESULT = 2,
    LATER_NAMES = 4,
    LATER_NAME_MATCHED = 8,
    LATER_NAME_MISMATCHED = 16,
    LATER_OTHER = 32 /* of a later version */
};
unsigned record_checked_later(struct event_record *record);

/* The handshakes that the event stands for: itself and those that were only counted before it. */
uint64_t record_count(const struct event_record *record);

#endif
