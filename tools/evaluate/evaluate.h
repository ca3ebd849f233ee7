/*
 * What a policy would have made of a handshake that an event tells of: the library's own functions on the library's own
 * facts. Where these are not all that the policy needs, it is said what is missing, and nothing is guessed.
 */
#ifndef TLSWARD_EVALUATE_H
#define TLSWARD_EVALUATE_H

#include "evaluate/seen.h"

struct evaluation {
    struct settings settings;
    struct verdict verdict;
    const char *missing; /* why nobody can tell, a text that lives for ever; NULL where the verdict is known */
};

/*
 * By `policy` at `now`. The facts were found under `before`, which says what trust they are about; both policies live
 * as long as the result.
 */
struct evaluation evaluate(const struct policy *policy, const struct policy *before, struct seen *seen, time_t now);

#endif
