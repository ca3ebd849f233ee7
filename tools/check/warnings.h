/* What in a valid policy does not do what it seems to say. */
#ifndef TLSWARD_WARNINGS_H
#define TLSWARD_WARNINGS_H

#include "policy/config.h"

struct warning {
    const char *rule; /* lives as long as the policy; NULL where no rule is meant */
    char *file;
    unsigned line; /* 0: the file as a whole */
    char *message;
};

struct warnings {
    struct warning *items;
    size_t count;
};

/* `directory` holds policy.conf and policy.d. */
struct warnings warnings_of(const struct policy *policy, const char *directory);

void warnings_free(struct warnings *warnings);

#endif
