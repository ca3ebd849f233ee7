#include "evaluate/rule_table.h"

#include "shared/text.h"

#include <stdint.h>

struct rule_table rule_table_new(const struct policy *policy)
{
    struct rule_table table = {.names = {.table = NULL}};
    size_t count = policy_rule_count(policy);
    /* At most half of the places are taken; where there is no memory, this says so. */
    if (hcreate_r(2 * count + 1, &table.names) == 0)
        text_grow(NULL, SIZE_MAX / 2, 1);
    for (size_t i = 0; i < count; i++) {
        ENTRY *entry, rule = {(char *)policy_rule(policy, i).name, (void *)(uintptr_t)i}; /* NOLINT */
        hsearch_r(rule, ENTER, &entry, &table.names);
    }
    return table;
}

size_t rule_table_find(const struct rule_table *table, const char *name)
{
    ENTRY *entry, wanted = {(char *)name, NULL}; /* NOLINT */
    /* hsearch_r(3) changes nothing of the table where it only finds. */
    struct hsearch_data names = table->names;
    return hsearch_r(wanted, FIND, &entry, &names) != 0 ? (size_t)(uintptr_t)entry->data : RULE_TABLE_NONE;
}

void rule_table_free(struct rule_table *table)
{
    hdestroy_r(&table->names);
}
