/*
 * Which rules may be for a destination: those that its name and its addresses lead to, and those for any. Where a name,
 * an address or the program is not known, each rule that asks for one may be: they are asked for in groups, because of
 * all that say the same the last one is enough.
 */
#ifndef TLSWARD_RULE_FIND_H
#define TLSWARD_RULE_FIND_H

#include "policy/rule_set.h"

enum { RULE_CANDIDATES = 128 };

struct rule_candidates {
    uint32_t rules[RULE_CANDIDATES]; /* in order, each once */
    size_t count;
    bool all;                /* there are more: every rule counts as one */
    bool name_is_unknown;    /* of one of the destinations */
    bool address_is_unknown; /* likewise, and its name is none */
};

/* But for those that are candidates only because something is not known. */
void rule_find(const struct rule_set *set, const struct destination *destinations, size_t count,
               struct rule_candidates *found);

/* Whether the rules of the group may be for one of them because something is not known. */
bool rule_group_may_be_for(const struct rule_group *group, const struct rule_candidates *found,
                           const struct destination *destinations, size_t count);

#endif
