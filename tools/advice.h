/*
 * What a person can do about a verdict.
 */
#ifndef TLSWARD_ADVICE_H
#define TLSWARD_ADVICE_H

#include "explanation.h"

#define ADVICE_MAX 6

struct advice {
    char *lines[ADVICE_MAX];
    size_t count;
};

/* Empty where there is nothing to do. */
struct advice advice_for(const struct explanation *explanation);
void advice_free(struct advice *advice);

#endif
