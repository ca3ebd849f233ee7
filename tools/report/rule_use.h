/* What the rules of a policy are good for: how often each decided, and until when it will. */
#ifndef TLSWARD_RULE_USE_H
#define TLSWARD_RULE_USE_H

#include "evaluate/rule_table.h"
#include "events/tally.h"

#include <time.h>

enum rule_state { RULE_ACTIVE, RULE_UNUSED, RULE_EXPIRING, RULE_EXPIRED, RULE_NOT_IN_POLICY };

struct rule_use {
    const char *name;
    const struct tally_group *hits; /* NULL: none */
    bool in_policy;
    struct rule_view rule; /* where it is in the policy */
    enum rule_state state;
};

struct rule_uses {
    struct rule_use *items;
    size_t count;
    struct rule_table by_name; /* of those of the policy */
};

/* Those of the policy, and those that events name and the policy does not have. `tally` is by rule.name. */
struct rule_uses rule_uses(const struct policy *policy, const struct tally *tally, time_t now);

/* "active", "unused", "expiring", "expired", "not-in-policy". */
const char *rule_state_text(enum rule_state state);

/* Whose a rule is, or "" for nobody's. Lives as long as the policy. */
const char *rule_uses_owner(const struct rule_uses *uses, const char *name);

void rule_uses_free(struct rule_uses *uses);

#endif
