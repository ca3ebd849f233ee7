/*
 * What becomes of handshakes under another policy, counted by who spoke to whom and what it means for him.
 */
#ifndef TLSWARD_CHANGES_H
#define TLSWARD_CHANGES_H

#include "evaluate/evaluate.h"
#include "evaluate/rule_table.h"
#include "events/tally.h"

/* In the order in which they are shown. */
enum change {
    CHANGE_NEWLY_BLOCKED,
    CHANGE_EXPIRED, /* newly blocked because an exception will have ended */
    CHANGE_CANNOT_TELL,
    CHANGE_NEWLY_ALLOWED,
    CHANGE_STILL_BLOCKED,
    CHANGE_NONE,
    CHANGE_COUNT
};

/* "newly-blocked", "expired", "cannot-tell", "newly-allowed", "still-blocked", "unchanged". */
const char *change_text(enum change change);

/* The parts of a group's key. */
enum change_part {
    PART_CHANGE, /* a digit */
    PART_PROGRAM,
    PART_SCRIPT,
    PART_DESTINATION,
    PART_REASON, /* or what is missing */
    PART_RULE,   /* that decides, or that has ended; "" for [policy] */
    PART_COUNT
};

struct policies {
    const struct policy *new, *old;
    bool old_is_given; /* else what was done is what the event says, and `old` is what the facts are about */
    time_t at;
};

struct changes {
    struct tally tally;
    uint64_t by_change[CHANGE_COUNT];
    struct rule_table rules; /* of the new policy */
    uint64_t *rule_hits;     /* by the number of the rule */
    size_t rule_count;
};

struct changes changes_new(const struct policies *policies);

/* Counts the event. */
void changes_add(struct changes *changes, const struct policies *policies, struct event_record *record);

/* Adds what another thread counted, and empties it. */
void changes_merge(struct changes *changes, struct changes *other);

/* Once, when all is merged: sorts the groups by change, the most frequent first. */
void changes_finish(struct changes *changes);

enum change change_of_group(const struct tally_group *group);

void changes_free(struct changes *changes);

#endif
