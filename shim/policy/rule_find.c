#include "policy/rule_find.h"

#include "policy/rule_match.h"
#include "process/fnv.h"

#include <string.h>

static void add(struct rule_candidates *found, uint32_t rule)
{
    size_t place = found->count;
    while (place > 0 && found->rules[place - 1] > rule)
        place--;
    if (place > 0 && found->rules[place - 1] == rule)
        return;
    if (found->count == RULE_CANDIDATES) {
        found->all = true;
        return;
    }
    memmove(found->rules + place + 1, found->rules + place, (found->count - place) * sizeof *found->rules);
    found->rules[place] = rule;
    found->count++;
}

static void add_bucket(const struct rule_set *set, const struct rule_buckets *buckets, uint64_t hash,
                       const struct target *target, struct rule_candidates *found)
{
    for (uint32_t next = buckets->rows[rule_bucket(buckets, hash)]; next != 0; next = set->rows[next - 1].next)
        if (rule_match_row(set, &set->rows[next - 1], target) != MATCH_NO)
            add(found, set->rows[next - 1].rule);
}

/* From its end on, so that the hash of every suffix is on the way to that of the name. */
static void add_named(const struct rule_set *set, const struct target *target, struct rule_candidates *found)
{
    uint64_t sum = FNV_SEED;
    for (size_t i = target->name_length; i-- > 0 && !found->all;) {
        sum = rule_hash_byte(sum, target->name[i]);
        if (target->name[i] == '.' || i == 0)
            add_bucket(set, &set->by_name, sum, target, found);
    }
}

static void add_networks(const struct rule_set *set, const struct ip *address, const struct target *target,
                         struct rule_candidates *found)
{
    for (unsigned byte = 0; byte < sizeof set->prefixes; byte++)
        for (unsigned bit = 0; set->prefixes[byte] >> bit != 0 && !found->all; bit++)
            if (set->prefixes[byte] >> bit & 1)
                add_bucket(set, &set->by_network, rule_hash_network(address, 8 * byte + bit), target, found);
}

static void add_for(const struct rule_set *set, const struct target *target, struct rule_candidates *found)
{
    if (target->name)
        add_named(set, target, found);
    else
        found->name_is_unknown = true;
    if (target->has_address)
        add_networks(set, &target->address, target, found);
    if (target->name_is_address)
        add_networks(set, &target->name_address, target, found);
    if (!target->has_address && !target->name_is_address)
        found->address_is_unknown = true;
}

void rule_find(const struct rule_set *set, const struct destination *destinations, size_t count,
               struct rule_candidates *found)
{
    found->count = 0;
    found->name_is_unknown = found->address_is_unknown = false;
    found->all = set->everywhere_count > RULE_CANDIDATES;
    for (size_t i = 0; i < set->everywhere_count && !found->all; i++)
        add(found, set->everywhere[i]);
    for (size_t i = 0; i < count && !found->all; i++) {
        const struct target target = target_of(&destinations[i]);
        add_for(set, &target, found);
    }
}

bool rule_group_may_be_for(const struct rule_group *group, const struct rule_candidates *found,
                           const struct destination *destinations, size_t count)
{
    const bool unknown[] = {found->name_is_unknown, found->address_is_unknown, true};
    bool may = false;
    if (!unknown[group->unknown])
        return false;
    for (size_t i = 0; i < count && !may; i++)
        may = group->port == 0 || destinations[i].port == 0 || group->port == destinations[i].port;
    return may;
}
