/* Where in a policy something was written: a policy knows the lines of its rules' headers alone. */
#ifndef TLSWARD_WRITTEN_H
#define TLSWARD_WRITTEN_H

#include "policy/policy_rules.h"

#include <stddef.h>

struct written {
    const char *file; /* lives as long as the policy; NULL where nobody wrote it */
    unsigned line;    /* 0: nowhere in particular */
};

/*
 * Where a rule, or POLICY_SECTION, says "key = value", or, for NULL as the value, first gives that key. The rule's
 * header, or the first file of the policy, where that is not found.
 */
struct written written_at(const struct policy *policy, size_t rule, const char *key, const char *value);

#endif
