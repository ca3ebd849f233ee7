/*
 * The narrowest keys of a rule under which a failure passes, found by asking the policy itself about each: those that
 * weaken nothing first, and one for each reason that comes to light.
 */
#ifndef TLSWARD_REMEDY_SEARCH_H
#define TLSWARD_REMEDY_SEARCH_H

#include "draft/failure.h"

enum { REMEDY_LINES = 16 };

/* What rules are tried with. */
struct remedy_ground {
    const char *policy;         /* the text of the policy that they are meant for */
    const struct policy *then;  /* under which the facts were found */
    const struct policy *bound; /* what blocks under it is not allowed; NULL: there is none */
    const char *until;          /* the last day of an exception, YYYY-MM-DD */
    const char *anchors;        /* the directory for trust anchors that are asked of servers, or NULL */
    time_t now;
};

struct remedy {
    char *lines[REMEDY_LINES]; /* "key = value" */
    size_t count;
    const char *obstacle; /* why there is none, a text that lives for ever */
    char *anchor;         /* the subject of the trust anchor that a line names and a server has shown, or NULL */
    char anchor_fingerprint[65];
};

/* `matchers` are the lines of the rule that say for what it is. */
struct remedy remedy_search(const struct remedy_ground *ground, const char *matchers, const struct failure *failure);

void remedy_free(struct remedy *remedy);

#endif
