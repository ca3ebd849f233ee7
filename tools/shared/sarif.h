/*
 * Findings as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), for what shows them beside the lines
 * that they are about.
 */
#ifndef TLSWARD_SARIF_H
#define TLSWARD_SARIF_H

#include <jansson.h>

/* One result. Strings are borrowed, and may hold any bytes; NULL where there is none. */
struct sarif_result {
    const char *rule_id;
    const char *level; /* "error", "warning", "note" (3.27.10) */
    const char *message;
    const char *path; /* relative to the root that was looked at, or absolute */
    unsigned line;    /* 1-based; 0: the file as a whole */
    unsigned column;  /* 1-based; 0: the line as a whole */
    const char *line_text;
    const char *fingerprint; /* where the caller has a better one than sarif_add() would make; else NULL */
    const char
        *baseline_state;    /* "new" or "unchanged", where it was compared with an earlier log (3.27.24); else NULL */
    const char *confidence; /* a property of ours, for who filters by it; else NULL */
    const char *accepted;   /* why it is accepted as it is, which makes it a suppressed one (3.27.23) */
};

/* A log without results, of this program. Rules are added as results name them. The caller prints and releases it. */
json_t *sarif_new(void);

/* What a rule is about, and how weighty it is from "0.0" to "10.0", or NULL: to be told before its first result. */
void sarif_describe(json_t *log, const char *rule_id, const char *description, const char *help, const char *severity);

/* Adds a result. Its fingerprint follows from the rule, the path and the text of the line, not from the line's number.
 */
void sarif_add(json_t *log, const struct sarif_result *result);

#endif
