/*
 * What fails: who to whom and why, with how often and where that was seen, and a line of an event for each key that the
 * server showed.
 */
#ifndef TLSWARD_FAILURE_H
#define TLSWARD_FAILURE_H

#include "evaluate/seen.h"
#include "events/distinct.h"

/* Of more keys of one server nobody wants a rule that names each. */
enum { FAILURE_SAMPLES = 8 };

struct failure {
    char *key; /* what tells it from others */
    uint64_t count;
    int64_t first, last; /* milliseconds since 1970 */
    struct distinct hosts;
    char *samples[FAILURE_SAMPLES]; /* whole events, the newest of each key */
    char *keys[FAILURE_SAMPLES];    /* the public key of each, as a pin; "" where none was shown */
    size_t sample_count;
    bool more_samples; /* there were more keys */
};

struct failures {
    struct failure *items; /* the most frequent first, once they are sorted */
    size_t count;
    uint32_t *index; /* open addressing by the hash of the key; 0: none */
    size_t room;
    uint64_t handshakes; /* all that were seen */
};

/* Counts the event if something in it failed that enforcement would block. */
void failures_add(struct failures *failures, struct event_record *record);

void failures_sort(struct failures *failures);

void failures_free(struct failures *failures);

#endif
