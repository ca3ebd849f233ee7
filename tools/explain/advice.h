/*
 * What a person can do about a verdict.
 */
#ifndef TLSWARD_ADVICE_H
#define TLSWARD_ADVICE_H

#include "explain/explanation.h"

#define ADVICE_MAX 12

struct advice_item {
    char *text;
    char *command; /* that does it, for a shell, or NULL */
    char *rule;    /* that does it, after the command if there is one: text for the policy, before its rules; or NULL */
};

struct advice {
    struct advice_item items[ADVICE_MAX];
    size_t count;
};

/* Empty where there is nothing to do. */
struct advice advice_for(const struct explanation *explanation);

void advice_free(struct advice *advice);

#endif
