/* What leads from a destination to its rules is built. */
#include "policy/rule_build.h"

#include <string.h>

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

uint64_t rule_hash_byte(uint64_t sum, char byte)
{
    return fnv_add(sum, (uint64_t)lower(byte));
}

uint64_t rule_hash_network(const struct ip *address, unsigned prefix)
{
    uint64_t sum = fnv_add(FNV_SEED, prefix);
    for (unsigned i = 0; i < prefix / 8; i++)
        sum = fnv_add(sum, address->bytes[i]);
    return prefix % 8 ? fnv_add(sum, (uint64_t)address->bytes[prefix / 8] >> (8 - prefix % 8)) : sum;
}

static uint64_t hash_name(const char *name)
{
    uint64_t sum = FNV_SEED;
    for (size_t i = strlen(name); i-- > 0;)
        sum = rule_hash_byte(sum, name[i]);
    return sum;
}

static bool is_name(const struct rule_row *row)
{
    return row->kind == DESTINATION_HOST || row->kind == DESTINATION_SUFFIX;
}

/* As many as there are rows, or a few more. */
static uint32_t *add_buckets(struct rule_build *build, struct rule_buckets *buckets, size_t rows)
{
    size_t count = 1;
    while (count < rows)
        count *= 2;
    uint32_t *first = arena_alloc(build->arena, count * sizeof *first);
    *buckets = (struct rule_buckets){.rows = first, .mask = (uint32_t)count - 1};
    return first;
}

static void chain(struct rule_row *rows, uint32_t row, uint32_t *bucket)
{
    rows[row].next = *bucket;
    *bucket = row + 1;
}

static void build_buckets(struct rule_build *build)
{
    struct rule_set *set = build->set;
    size_t names = 0;
    for (size_t i = 0; i < build->row_count; i++)
        names += is_name(&build->rows[i]);
    uint32_t *by_name = add_buckets(build, &set->by_name, names);
    uint32_t *by_network = add_buckets(build, &set->by_network, build->network_count);
    for (uint32_t i = 0; by_name && by_network && i < build->row_count; i++) {
        const struct rule_row *row = &build->rows[i];
        if (is_name(row)) {
            chain(build->rows, i, &by_name[rule_bucket(&set->by_name, hash_name(build->text + row->key))]);
        } else if (row->kind == DESTINATION_NETWORK) {
            const struct rule_network *network = &build->networks[row->key];
            uint64_t hash = rule_hash_network(&network->ip, network->prefix);
            chain(build->rows, i, &by_network[rule_bucket(&set->by_network, hash)]);
            set->prefixes[network->prefix / 8] |= (uint8_t)(1u << network->prefix % 8);
        }
    }
}

/* A rule that belongs to a group. */
struct member {
    uint32_t rule;
    uint32_t group;
};

/* Groups on their way, and their members in the order of the rules. */
struct grouping {
    struct rule_build *build;
    struct rule_group *groups;
    size_t count;
    struct table table;
    struct rule_group wanted;
    uint32_t last[UNKNOWN_PROGRAM + 1]; /* the last group of each, and one; 0: none */
    struct member *members;
    size_t member_count;
};

static bool is_wanted_group(const void *context, uint32_t item)
{
    const struct grouping *grouping = context;
    const struct rule_group *group = &grouping->groups[item], *wanted = &grouping->wanted;
    return group->who == wanted->who && group->settings == wanted->settings && group->port == wanted->port &&
           group->unknown == wanted->unknown;
}

static uint32_t group_of(struct grouping *grouping)
{
    struct arena *scratch = grouping->build->scratch;
    const struct rule_group *wanted = &grouping->wanted;
    uint32_t *last = &grouping->last[wanted->unknown];
    if (*last != 0 && is_wanted_group(grouping, *last - 1))
        return *last - 1;
    uint64_t parts = fnv_add(fnv_add(FNV_SEED, wanted->who), wanted->settings);
    uint64_t hash = fnv_add(parts, (uint64_t)wanted->port << 2 | wanted->unknown);
    int64_t found = table_find(&grouping->table, hash, is_wanted_group, grouping);
    *last = (uint32_t)(found != TABLE_NONE ? found : (int64_t)grouping->count) + 1;
    if (found != TABLE_NONE)
        return (uint32_t)found;
    struct rule_group *grown = arena_grow(scratch, grouping->groups, grouping->count, sizeof *grown);
    if (!grown)
        return 0;
    grouping->groups = grown;
    grown[grouping->count] = *wanted;
    table_add(&grouping->table, scratch, hash, (uint32_t)grouping->count);
    return (uint32_t)grouping->count++;
}

static void add_member(struct grouping *grouping, uint32_t number, uint16_t port, enum rule_unknown unknown)
{
    const struct rule *rule = &grouping->build->rules[number];
    grouping->wanted =
        (struct rule_group){.who = rule->who, .settings = rule->settings, .port = port, .unknown = (uint16_t)unknown};
    uint32_t group = group_of(grouping);
    if (grouping->build->scratch->exhausted)
        return;
    grouping->groups[group].count++;
    grouping->members[grouping->member_count++] = (struct member){number, group};
}

/* Of a rule for any destination nothing is unknown but, perhaps, the program. */
static void add_members(struct grouping *grouping, uint32_t number)
{
    const struct rule_build *build = grouping->build;
    const struct rule *rule = &build->rules[number];
    bool is_uncertain = build->whos[rule->who].program_is_uncertain;
    if (rule->first_row == rule[1].first_row && is_uncertain)
        add_member(grouping, number, 0, UNKNOWN_PROGRAM);
    for (uint32_t i = rule->first_row; i < rule[1].first_row; i++) {
        const struct rule_row *row = &build->rows[i];
        if (row->kind != DESTINATION_ANY)
            add_member(grouping, number, row->port, is_name(row) ? UNKNOWN_NAME : UNKNOWN_ADDRESS);
        else if (is_uncertain)
            add_member(grouping, number, row->port, UNKNOWN_PROGRAM);
    }
}

static void keep_groups(struct grouping *grouping)
{
    struct rule_build *build = grouping->build;
    struct rule_group *kept = arena_alloc(build->arena, grouping->count * sizeof *kept);
    uint32_t *members = arena_alloc(build->arena, grouping->member_count * sizeof *members);
    uint32_t first = 0;
    if (!kept || !members)
        return;
    for (size_t i = 0; i < grouping->count; i++) {
        kept[i] = grouping->groups[i];
        kept[i].first = first;
        first += kept[i].count;
        kept[i].count = 0;
        build->set->program_is_uncertain |= kept[i].unknown == UNKNOWN_PROGRAM;
    }
    for (size_t i = 0; i < grouping->member_count; i++) {
        struct rule_group *group = &kept[grouping->members[i].group];
        members[group->first + group->count++] = grouping->members[i].rule;
    }
    build->set->groups = kept;
    build->set->group_count = grouping->count;
    build->set->members = members;
}

static void build_groups(struct rule_build *build)
{
    struct grouping grouping = {.build = build};
    size_t most = build->row_count + build->set->count;
    grouping.members = arena_alloc(build->scratch, most * sizeof *grouping.members);
    for (uint32_t i = 0; i < build->set->count && !build->scratch->exhausted; i++)
        add_members(&grouping, i);
    if (!build->scratch->exhausted)
        keep_groups(&grouping);
}

void rule_build_index(struct rule_build *build)
{
    build_buckets(build);
    build_groups(build);
}
