/*
 * Counts the events of a run and says at its end what became of the connections, and what may have gone unseen.
 */
#ifndef TLSWARD_SUMMARY_H
#define TLSWARD_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct summary {
    uint64_t by_program; /* verified by the program itself */
    uint64_t by_policy;  /* the program would not have noticed a forgery */
    uint64_t failed;     /* failed and went on: audit, or allowed by the policy */
    uint64_t blocked;
    uint64_t lost;           /* events the library could not deliver (tlsward.dropped), and lines that are no event */
    struct json_t *failures; /* one text per distinct failure → how often */
    struct json_t *notices;  /* the same, for what the library said of itself: what it does not cover, and errors */
    struct json_t *started;  /* the executables of processes that the library was in, as keys */
};

struct summary summary_new(void);

/* Takes one line as the library sent it. False for what it said to this command alone, and not to a log. */
bool summary_add(struct summary *summary, const char *line, size_t length);

void summary_print(const struct summary *summary, FILE *out);

void summary_free(struct summary *summary);

#endif
