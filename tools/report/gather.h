/*
 * What a report is made of: handshakes counted by what the tables are about, all in one reading of the events. The
 * memory depends on how many different connections, certificates and call sites there are, and not on how many events.
 */
#ifndef TLSWARD_GATHER_H
#define TLSWARD_GATHER_H

#include "events/reading.h"
#include "events/tally.h"

enum gathered {
    BY_CONNECTION, /* program, script, destination, what it did not check, why it failed */
    BY_CERTIFICATE,
    BY_EXCHANGE, /* key exchange group, protocol, cipher suite */
    BY_CALL_SITE,
    BY_RULE,
    BY_CHOICE, /* what --by names */
    GATHERED_COUNT
};

/* Parts of the keys of BY_CONNECTION, and what is kept of the newest event. */
enum {
    CONNECTION_PROGRAM,
    CONNECTION_SCRIPT,
    CONNECTION_ADDRESS,
    CONNECTION_PORT,
    CONNECTION_FINDING,
    CONNECTION_REASON
};
enum { CONNECTION_RULE, CONNECTION_APP_VERIFY, CONNECTION_ADVICE, CONNECTION_LIBRARY };

/* Of BY_CERTIFICATE. */
enum { CERTIFICATE_SHA256 };
enum {
    CERTIFICATE_SUBJECT,
    CERTIFICATE_ISSUER,
    CERTIFICATE_NOT_BEFORE,
    CERTIFICATE_NOT_AFTER,
    CERTIFICATE_ALGORITHM,
    CERTIFICATE_SIZE,
    CERTIFICATE_CURVE,
    CERTIFICATE_SIGNATURE,
    CERTIFICATE_ADDRESS,
    CERTIFICATE_PORT,
    CERTIFICATE_SERIAL,
    CERTIFICATE_ANCHOR,
    CERTIFICATE_ANCHOR_FILE
};

/* Of BY_EXCHANGE. */
enum { EXCHANGE_GROUP, EXCHANGE_VERSION, EXCHANGE_CIPHER };

/* Of BY_CALL_SITE. */
enum { SITE_PLACE, SITE_PROGRAM, SITE_FINDING };

struct gathering {
    struct tally tallies[GATHERED_COUNT];
    enum member choice;  /* the member of BY_CHOICE; MEMBER_COUNT: none */
    bool by_destination; /* BY_CHOICE is by address and port */
};

/* Reads all events of `reading`, whose `take` and `context` are set here, with a thread for each processor. */
struct gathering gather(struct reading *reading, enum member choice, bool by_destination);

/* Sorts the groups of a tally, the most handshakes that were not verified first. */
void gather_sort(struct tally *tally);

/* Handshakes of a group that the program alone would not have noticed to be forged, or that failed. */
uint64_t gather_unverified(const struct tally_group *group);

/* Those that enforcement blocks or would. */
uint64_t gather_failed(const struct tally_group *group);

/* A part of a group's key, or what is kept of it, as terminated text that lives as long as the group; "" for none. */
const char *gather_part(const struct tally_group *group, size_t part);
const char *gather_kept(const struct tally_group *group, size_t at);

void gathering_free(struct gathering *gathering);

#endif
