/*
 * Events counted by groups: how many handshakes there were of each combination of some members, what became of them,
 * when and on how many hosts. The memory depends on how many groups there are and not on how many events.
 *
 *     static const enum member by[] = {MEMBER_EXECUTABLE, MEMBER_SERVER_ADDRESS, MEMBER_SERVER_PORT, MEMBER_REASON};
 *     static const enum member kept[] = {MEMBER_RULE, MEMBER_NOT_AFTER, MEMBER_CALL_SITE};
 *     struct tally tally = tally_new(by, 4, kept, 3);
 *     ... tally_add(&tally, record) ...
 *     tally_merge(&tally, &other);  the other one, of another thread, is empty then
 *     tally_finish(&tally);         once, when all are merged
 *     for (size_t i = 0; i < tally.group_count; i++)
 *         tally_part(&tally.groups[i], 0) ...
 *
 * Who groups by something that is no member, or wants only some events, makes the parts himself and uses tally_group()
 * and tally_count().
 */
#ifndef TLSWARD_TALLY_H
#define TLSWARD_TALLY_H

#include "events/distinct.h"
#include "events/kind.h"
#include "events/text_store.h"
#include "events/timeline.h"

#define TALLY_PARTS_MAX 8
#define TALLY_KEPT_MAX 16

/* So many of these make the memory: texts are kept once for all groups, and times only where they differ. */
struct tally_group {
    const struct text_store *texts;
    uint32_t *numbers;        /* how many parts there are, a hash, and which texts the parts and what is kept are */
    int64_t *kept_at;         /* NULL: all that is kept is from `last` */
    uint64_t events;          /* lines, whereas the following count handshakes, with those that were only counted */
    uint32_t few[FATE_COUNT]; /* by fate, as tally_fate() tells them */
    uint64_t *many;           /* the same where one of them is more; else NULL */
    uint64_t checked_later;   /* handshakes after which the program compared the name itself, and it matched */
    uint64_t retries_refused; /* clear text that was refused after a block */
    int64_t first, last;      /* milliseconds since 1970 */
    struct distinct hosts;    /* host.name */
};

/* What was true of all events, whatever their group. */
struct tally_totals {
    uint64_t events, handshakes, updates, notices, starts, retries_refused;
    uint64_t by_fate[FATE_COUNT]; /* handshakes, with those that were only counted */
    uint64_t dropped;             /* events that processes could not deliver */
    uint64_t of_another_user;     /* events whose sender was another user than they say, as a collector saw */
    uint64_t repeated;            /* handshakes that were only counted; in by_fate, too */
    uint64_t repeated_at_end;     /* the same, told at the end of a process: of no group and no fate */
    uint64_t lone_updates;        /* updates whose handshake was not seen, or too long ago */
    int64_t oldest, newest;       /* INT64_MAX and INT64_MIN where there is none */
    struct distinct hosts, programs;
};

struct tally {
    enum member by[TALLY_PARTS_MAX];
    enum member kept[TALLY_KEPT_MAX];
    size_t by_count, kept_count;
    struct tally_group *groups;
    size_t group_count;
    struct tally_totals totals;
    struct timeline timeline;  /* handshakes by hour and fate */
    struct tally_index *index; /* the group of a key, and that of an event.id */
    struct text_store *texts;  /* of the groups */
    bool texts_are_shared;     /* they are another tally's */
    bool handshakes_only;      /* may be set before anything is counted: updates are not given to it */
};

/* No group yet. `kept` are members of which each group keeps what the newest event said. */
struct tally tally_new(const enum member *by, size_t by_count, const enum member *kept, size_t kept_count);

/*
 * An empty tally has its texts where the other one has them, which saves those that are the same: it is merged into
 * another one, or freed, before its owner is.
 */
void tally_share_texts(struct tally *tally, struct tally *owner);

/* Counts the event in its group, or an update in that of its handshake, and in the totals. */
void tally_add(struct tally *tally, struct event_record *record);

/*
 * The same in two steps. A part holds no NUL. The group is valid until another one is made.
 */
struct tally_group *tally_group(struct tally *tally, const struct slice *parts, size_t count);
void tally_count(struct tally *tally, struct tally_group *group, struct event_record *record);

/* For what has no group of its own: totals alone, and updates in the group of their handshake. */
void tally_count_alone(struct tally *tally, struct event_record *record);

/* Adds what the other one counted, with the same `by` and `kept`, and empties it. */
void tally_merge(struct tally *tally, struct tally *other);

/* Gives updates their handshakes that another thread had read. Nothing is counted afterwards; groups may be sorted. */
void tally_finish(struct tally *tally);

/* A part of the group's key. Lives as long as the group. */
struct slice tally_part(const struct tally_group *group, size_t part);

/* What the newest event that had it said of a member of `kept`; "" where none had. Lives as long as the group. */
const char *tally_kept(const struct tally_group *group, size_t at);

/* By their keys, as qsort(3) wants it. */
int tally_compare_keys(const struct tally_group *one, const struct tally_group *other);

/* Handshakes of a group with that fate; more of them. */
uint64_t tally_fate(const struct tally_group *group, enum fate fate);
void tally_add_fate(struct tally_group *group, enum fate fate, uint64_t more);

/* All handshakes of a group. */
uint64_t tally_handshakes(const struct tally_group *group);

void tally_free(struct tally *tally);

#endif
