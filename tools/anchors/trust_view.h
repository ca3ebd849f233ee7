/*
 * The trust anchors that are in force for one program, and those that are not though somebody wanted them.
 */
#ifndef TLSWARD_TRUST_VIEW_H
#define TLSWARD_TRUST_VIEW_H

#include "anchors/anchor_use.h"
#include "shared/distribution.h"
#include "policy/policy.h"
#include "shared/anchors.h"

enum anchor_origin {
    ORIGIN_LOCAL,        /* somebody has added it to this host's store */
    ORIGIN_POLICY,       /* a file of the policy's, which no package has brought */
    ORIGIN_UNKNOWN,      /* nothing here tells of what the distribution's package consists */
    ORIGIN_DISTRIBUTION, /* it is in the distribution's package */
};
const char *anchor_origin_text(enum anchor_origin origin);

struct viewed_anchor {
    const struct anchor *anchor;
    char *subject;
    enum anchor_origin origin;
    char *how;                    /* that is known */
    const struct anchor_use *use; /* NULL: no event tells of it */
};

/* An authority that is wanted and not in force. */
struct missing_anchor {
    char *subject;
    char *file; /* where its certificate lies; NULL where only events tell of it */
    char *why;
    char *command;    /* that puts it in force; NULL where the policy has to change */
    uint64_t refused; /* connections */
};

struct trust_view {
    struct settings settings;
    const struct distribution *distribution; /* NULL: not known */
    struct anchors anchors;
    struct viewed_anchor *items; /* local additions first */
    size_t count;
    struct missing_anchor *missing;
    size_t missing_count;
    bool other_lists; /* rules for some destinations have anchors of their own */
};

/* `settings` and `uses` are borrowed, and `view->settings` is set already. */
void trust_view_fill(struct trust_view *view, const struct anchor_uses *uses);

void trust_view_free(struct trust_view *view);

#endif
