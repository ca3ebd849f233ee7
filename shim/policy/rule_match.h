/*
 * Whether a rule is for this process and that destination, as far as both are known.
 */
#ifndef TLSWARD_RULE_MATCH_H
#define TLSWARD_RULE_MATCH_H

#include "policy/policy_value.h"
#include "policy/rule_set.h"

/* Of a peer that may be any of `destinations`, which are not none: MATCH_PERHAPS where they differ. */
enum match rule_match(const struct rule_set *set, uint32_t rule, const struct process_identity *process,
                      const struct destination *destinations, size_t count);

/* The part of it that is the same wherever the process connects to. */
enum match rule_match_who(const struct rule_set *set, uint32_t who, const struct process_identity *process);

/* One destination of a rule by itself. */
enum match rule_match_row(const struct rule_set *set, const struct rule_row *row, const struct target *target);

/* What stays as it is while the process lives: its executable, script, unit and names do, its users and groups do not.
 */
enum match rule_match_programs(const struct policy_section *rule, const struct process_identity *process);

#endif
