/*
 * For whom and where to a drafted rule is: as narrow as what was seen. What many scripts run by is never named alone.
 */
#ifndef TLSWARD_MATCHERS_H
#define TLSWARD_MATCHERS_H

#include "events/record.h"

struct matchers {
    char *lines;          /* "key = value", each with its newline */
    char *name;           /* of the rule, from whom and where to; not yet the only one of that name */
    const char *obstacle; /* why they are too wide, a text that lives for ever; NULL where they are not */
};

struct matchers matchers_for(struct event_record *record);

void matchers_free(struct matchers *matchers);

#endif
