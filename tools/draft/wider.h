/*
 * Rules that differ in nothing but hosts below one domain: that one rule could stand for them is offered as a comment,
 * and not taken. And the names that drafted rules have.
 */
#ifndef TLSWARD_WIDER_H
#define TLSWARD_WIDER_H

#include "draft/matchers.h"
#include "draft/remedy_search.h"

#include <stdio.h>

struct wider_group {
    char *rule; /* the rule as it would be, without a name */
    size_t count;
};

struct wider {
    struct wider_group *items;
    size_t count;
};

void wider_add(struct wider *wider, struct event_record *record, const struct matchers *matchers,
               const struct remedy *remedy);

/* Comments for those that stand for three rules or more. */
void wider_print(const struct wider *wider, FILE *out);

void wider_free(struct wider *wider);

struct draft_names {
    char **items;
    size_t count;
};

bool draft_names_have(const struct draft_names *names, const char *name);
void draft_names_add(struct draft_names *names, const char *name);
void draft_names_free(struct draft_names *names);

#endif
