/*
 * Trust anchors with the place each comes from, for reports. They are those that the library finds (shared_trust.h);
 * what it cannot use or would not come upon is named by file and position.
 */
#ifndef TLSWARD_ANCHORS_H
#define TLSWARD_ANCHORS_H

#include "policy/policy.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <time.h>

struct anchor {
    X509 *certificate;
    char *file;
    unsigned position; /* 1-based in the file */
};

struct anchor_problem {
    char *file;
    unsigned position; /* 0: the file as a whole */
    char *message;
};

struct anchors {
    struct anchor *items;
    size_t count; /* of different certificates */
    struct anchor_problem *problems;
    size_t problem_count;
    struct anchor *missed; /* certificates of these sources that a search does not come upon at that place */
    size_t missed_count;
};

/* Adds the certificates of a source: a PEM or DER file, the files of a directory, or the system's own store. */
void anchors_add(struct anchors *anchors, const struct trust_source *source);

/* The anchor that is this certificate, or NULL. */
const struct anchor *anchors_find(const struct anchors *anchors, const X509 *certificate);

/* True for one that no chain may end in any more at `now`, seconds since 1970. */
bool anchor_has_expired(const struct anchor *anchor, time_t now);

void anchors_free(struct anchors *anchors);

#endif
