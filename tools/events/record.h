/*
 * One event, read from the line that the library wrote. No memory is allocated: the values are pieces of the line, and
 * only a text with an escape in it is written anew, into the record, when it is asked for.
 *
 * What is read is the library's own format and no other JSON (RFC 8259): one object without objects in it, whose values
 * are texts, integers from 0 on, true, false and arrays of texts, in UTF-8, each name once and none of them escaped, no
 * U+0000. Blanks between the parts are allowed, as a log's way may put them there. Everything else is damaged.
 */
#ifndef TLSWARD_RECORD_H
#define TLSWARD_RECORD_H

#include "events/member.h"

#include <stdint.h>

/* A line of the library has at most 8192 bytes; what is longer than this was written by something else. */
#define RECORD_LINE_MAX 16384

/* Members whose name is not known: more of them are damage, so that none is lost in silence. */
#define RECORD_OTHERS_MAX 64

/* How a value stands in the line. */
struct record_value {
    const char *text; /* between the quotation marks or the brackets; or the digits, true, false */
    uint32_t length;
    uint8_t kind;  /* enum member_kind */
    bool escaped;  /* a text with a backslash in it */
    bool unpacked; /* an array whose texts stand in `scratch`, each with a NUL behind it */
};

struct event_record {
    struct slice line;   /* the object alone, without what a syslog daemon put before it, and without a newline */
    const char *damage;  /* why the line is no event, a text that lives for ever; NULL where it is one */
    size_t damaged_at;   /* the byte of the line */
    int64_t time;        /* @timestamp in milliseconds since 1970 */
    uint64_t present[2]; /* a bit for each member */
    struct record_value values[MEMBER_COUNT]; /* only those that are present mean something */
    size_t other_count;
    struct {
        struct slice name;
        struct record_value value;
    } others[RECORD_OTHERS_MAX];
    size_t scratch_used;
    char scratch[RECORD_LINE_MAX];
};

/*
 * Reads a line, with or without its newline. False where it is damaged: then `damage` says why, and nothing else of the
 * record is to be used. The record points into the line, which has to live as long and not to change. A record may be
 * used again and again, and is not initialised before.
 */
bool record_read(struct event_record *record, const char *line, size_t length);

static inline bool record_has(const struct event_record *record, enum member member)
{
    return (record->present[member / 64] >> member % 64 & 1) != 0;
}

/*
 * A text as it was before it was escaped; for numbers and flags their digits, true, false; for arrays nothing. Empty
 * where the event has no such member. Lives as long as the line and the record, until another line is read.
 */
struct slice record_text(struct event_record *record, enum member member);

/* 0 where the event has no such member, or it is no number. */
uint64_t record_number(const struct event_record *record, enum member member);

/* True where the member is there and true. */
bool record_flag(const struct event_record *record, enum member member);

/* The texts of an array one by one, from *at 0 on; false after the last. */
bool record_next_text(struct event_record *record, enum member member, size_t *at, struct slice *text);

/* By name, the members that this version does not know: as record_text(), with *found said apart. */
struct slice record_other(struct event_record *record, const char *name, bool *found);

/* The same by number, below other_count. */
struct slice record_other_at(struct event_record *record, size_t at);

#endif
