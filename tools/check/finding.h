/* What `check` finds: one list, whoever found it, in the order in which it was found. */
#ifndef TLSWARD_FINDING_H
#define TLSWARD_FINDING_H

#include <stdbool.h>
#include <stddef.h>

/* A policy with errors is not what its author meant; a warning is for him to weigh. */
enum severity { FINDING_ERROR, FINDING_WARNING };

struct finding {
    enum severity severity;
    const char *id; /* of its kind; it stays as it is, whatever the message says */
    char *file;     /* NULL where there is none */
    unsigned line;  /* 1-based; 0: the file as a whole */
    char *rule;     /* NULL where no rule is meant */
    char *text;     /* what was written there, or NULL */
    char *message;
};

struct findings {
    struct finding *items;
    size_t count;
};

/* Adds `finding`, whose strings are copied but for the message, which is taken over. */
void findings_add(struct findings *findings, struct finding finding);

bool findings_have(const struct findings *findings, enum severity severity);

/* "error" or "warning". */
const char *severity_text(enum severity severity);

void findings_free(struct findings *findings);

#endif
