/*
 * What an entry of the journal has beside the line: the members that people search for, as fields of their own
 * (systemd.journal-fields(7)), and the id by which the message catalogue explains it (`journalctl -x`).
 */
#ifndef TLSWARD_JOURNAL_FIELDS_H
#define TLSWARD_JOURNAL_FIELDS_H

#include "event/event.h"

#define JOURNAL_FIELDS_MAX 16

/* Values are as they are, be it with newlines: whoever sends them says where they end. */
struct journal_field {
    const char *name;
    const char *value;
};

struct journal_fields {
    struct journal_field items[JOURNAL_FIELDS_MAX];
    size_t count;
    char port[8];
};

/* Of the event; the values are its own, or live as long as `fields`. */
void journal_fields_of_event(const struct event *event, struct journal_fields *fields);

/* The same of an event that is known by its members: NULL for one that is not there. */
typedef const char *journal_member(const void *arg, const char *member);
void journal_fields_of_members(journal_member *member, const void *arg, struct journal_fields *fields);

#endif
