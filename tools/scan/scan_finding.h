/*
 * What a scan found, and the list of it.
 */
#ifndef TLSWARD_SCAN_FINDING_H
#define TLSWARD_SCAN_FINDING_H

#include "scan/scan_rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FINGERPRINT_SIZE = 33 };

enum finding_state {
    FINDING_NEW,
    FINDING_KNOWN,   /* the baseline has it */
    FINDING_ACCEPTED /* an exception beside it counts */
};

/* Where it is looked at. */
struct place {
    const char *shown;    /* the path as it is told; of a process what it runs */
    const char *relative; /* to the root that was scanned: what a fingerprint is made of */
    bool active;          /* a process has it now, or programs read it from where it is */
    pid_t pid;            /* 0: a file */
    bool protected;       /* the library is in that process */
};

struct scan_finding {
    const struct scan_rule *rule;
    char *shown;
    char *relative;
    unsigned line, column; /* from 1; 0 in a process */
    char *text;            /* safe to show */
    char *note;            /* more about this one, or NULL */
    bool active;
    pid_t pid;
    bool protected;
    enum finding_state state;
    char *owner, *reason, *expires; /* of the exception that accepts it */
    char *observed;                 /* what events say did not verify, "script /opt/x.py"; NULL where there is none */
    uint64_t handshakes;            /* that it made so */
    int64_t last;                   /* the last of them, milliseconds since 1970 */
    char fingerprint[FINGERPRINT_SIZE];
};

struct scan_findings {
    struct scan_finding *items;
    size_t count;
};

/* Adds one at that place; takes `text` over. The result is valid until the next is added. */
struct scan_finding *scan_findings_add(struct scan_findings *findings, const struct scan_rule *rule,
                                       const struct place *place, char *text);

/*
 * Gives each of those from `first` on its fingerprint: of the rule, the relative path, the text and how many of that
 * kind come before it, so that it stays while lines move.
 */
void scan_findings_fingerprint(struct scan_findings *findings, size_t first);

/* Moves all of them. */
void scan_findings_join(struct scan_findings *findings, struct scan_findings *from);

/* By severity, rule, path and line. */
void scan_findings_sort(struct scan_findings *findings);

void scan_findings_free(struct scan_findings *findings);

/* How sure it is that it has an effect, for machines: "observed", "active" or "latent". */
const char *scan_finding_confidence(const struct scan_finding *finding);

/* Whether the library verifies all the same, for machines and for people. */
const char *scan_finding_neutralised(const struct scan_finding *finding);

#endif
