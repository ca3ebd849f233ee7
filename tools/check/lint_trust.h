/* What in trust sources is not what their author took it for. */
#ifndef TLSWARD_LINT_TRUST_H
#define TLSWARD_LINT_TRUST_H

#include "check/finding.h"
#include "shared/anchors.h"

#include <time.h>

/* A source that the policy names, and where it does so first. */
struct trust_use {
    const char *source; /* a path, or "system" */
    const char *file;
    unsigned line;
    const char *rule; /* NULL for [policy] */
};

/*
 * A source with no anchor is an error; anchors that cannot be used, that have expired, or that are no CA's are warned
 * of, and so is a file that others may write, or that is in another form than most programs read.
 */
void lint_trust(const struct trust_use *use, const struct anchors *anchors, time_t now, struct findings *findings);

/*
 * What a file without a certificate is instead, with the command that makes certificates of it where there is one; to
 * be freed. NULL where that is not known.
 */
char *trust_form(const char *path);

#endif
