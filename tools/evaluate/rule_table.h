/*
 * The rules of a policy by their names, for what asks for one with each event.
 */
#ifndef TLSWARD_RULE_TABLE_H
#define TLSWARD_RULE_TABLE_H

#include "policy/policy_rules.h"

#include <search.h>

/* No rule of the policy has the name. */
#define RULE_TABLE_NONE SIZE_MAX

struct rule_table {
    struct hsearch_data names;
};

/* Names the policy's own texts, and is freed before it is. */
struct rule_table rule_table_new(const struct policy *policy);

/* The number of a rule, as policy_rule() has it. Several threads may ask at a time. */
size_t rule_table_find(const struct rule_table *table, const char *name);

void rule_table_free(struct rule_table *table);

#endif
