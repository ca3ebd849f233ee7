/*
 * The members of an event by number instead of by name.
 */
#ifndef TLSWARD_MEMBER_H
#define TLSWARD_MEMBER_H

#include "events/slice.h"

enum member_kind {
    KIND_TEXT,
    KIND_NUMBER, /* an integer from 0 to INT64_MAX, as json_writer_number() writes it */
    KIND_FLAG,   /* true or false */
    KIND_TEXTS   /* an array of texts */
};

#define MEMBER(NAME, name, kind) MEMBER_##NAME,
enum member {
#include "events/members.def"
    MEMBER_COUNT
};
#undef MEMBER

/* The member of that name, or MEMBER_COUNT. The first call makes a table, whichever thread it is from. */
enum member member_find(struct slice name);

const char *member_name(enum member member);
enum member_kind member_kind(enum member member);

#endif
