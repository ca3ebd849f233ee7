/* The steps of building a set of rules. */
#ifndef TLSWARD_RULE_BUILD_H
#define TLSWARD_RULE_BUILD_H

#include "policy/policy_value.h"
#include "policy/rule_set.h"
#include "policy/table.h"

struct rule_build {
    const struct policy *draft;
    const struct process_identity *process; /* that the rules are for; NULL: any */
    const struct settings *base;            /* of the policy that is built */
    struct rule_set *set;
    struct arena *arena;   /* of what is kept */
    struct arena *scratch; /* of what is needed only meanwhile */

    uint8_t *programs_match; /* each of the draft's rules: enum match */
    bool *decide_everywhere; /* likewise */
    size_t row_count, network_count, text_size;

    char *text;
    struct rule *rules;
    struct rule_row *rows;
    struct rule_network *networks;
    uint32_t *everywhere;
    uint32_t text_used, rules_used, rows_used, networks_used, everywhere_used;

    /* What rules have in common; grows, and is small unless they have little. */
    struct settings *settings;
    struct rule_who *whos;
    const char **globs;
    struct rule_account *accounts;
    const struct settings *before; /* of a rule, byte by byte the same as the last one's; NULL: there was none */
    uint32_t last_settings, last_who;
    size_t settings_count, who_count, glob_count, account_count;
    struct table settings_table, who_table;
};

/* The number of these settings, but for the names in them, and of whom a rule is for. */
uint32_t rule_build_settings(struct rule_build *build, const struct settings *settings);
uint32_t rule_build_who(struct rule_build *build, const struct policy_section *section, enum match programs);

/* What leads from a destination to its rules; the last step. */
void rule_build_index(struct rule_build *build);

/* A copy of settings, but for their texts, with lists of its own. Memory shortage shows in the arena. */
struct settings rule_build_copy(struct arena *arena, const struct settings *settings);

#endif
