#include "policy/denied_keys.h"

#include "policy/policy_value.h"

#include <string.h>

static struct denied_keys *new_list(struct arena *arena, size_t room, const char ***pins)
{
    struct denied_keys *list = arena_alloc(arena, sizeof *list);
    *pins = arena_alloc(arena, room * sizeof **pins);
    if (!list || !*pins)
        return NULL;
    list->pins = *pins;
    return list;
}

static void add_own(struct denied_keys *list, const char **pins, const struct policy_section *section)
{
    if (section->deny_pin_count > 0)
        memcpy(pins + list->count, section->deny_pins, section->deny_pin_count * sizeof *pins);
    list->count += section->deny_pin_count;
}

/* All that is denied in any section; NULL where nothing is. */
static const struct denied_keys *all_of(struct policy *policy)
{
    const char **pins;
    size_t count = policy->base.deny_pin_count;
    for (size_t i = 0; i < policy->rule_count; i++)
        count += policy->rules[i].deny_pin_count;
    struct denied_keys *list = count > 0 ? new_list(&policy->arena, count, &pins) : NULL;
    if (!list)
        return NULL;
    add_own(list, pins, &policy->base);
    for (size_t i = 0; i < policy->rule_count; i++)
        add_own(list, pins, &policy->rules[i]);
    return list;
}

void denied_keys_gather(struct policy *policy)
{
    const struct denied_keys *anywhere = all_of(policy);
    const char **pins;
    for (size_t i = 0; anywhere && i <= policy->rule_count; i++) {
        struct policy_section *section = i == 0 ? &policy->base : &policy->rules[i - 1];
        if (section->deny_pin_count == 0)
            continue;
        struct denied_keys *list =
            new_list(&policy->arena, policy->base.deny_pin_count + section->deny_pin_count, &pins);
        if (!list)
            return;
        list->anywhere = anywhere;
        add_own(list, pins, &policy->base);
        if (section != &policy->base)
            add_own(list, pins, section);
        section->settings.denied = list;
    }
}

const struct denied_keys *denied_keys_copy(struct arena *arena, const struct denied_keys *keys)
{
    const char **pins;
    struct denied_keys *copy = keys ? new_list(arena, keys->count, &pins) : NULL;
    for (; copy && copy->count < keys->count; copy->count++)
        pins[copy->count] = arena_copy(arena, keys->pins[copy->count], strlen(keys->pins[copy->count]));
    if (copy)
        copy->anywhere = denied_keys_copy(arena, keys->anywhere);
    return copy;
}

uint64_t denied_keys_hash(uint64_t sum, const struct denied_keys *keys)
{
    for (size_t i = 0; keys && i < keys->count; i++)
        sum = table_hash(sum, keys->pins[i], strlen(keys->pins[i]) + 1);
    return sum;
}

bool denied_keys_same(const struct denied_keys *a, const struct denied_keys *b)
{
    if (a == b)
        return true;
    bool same = a && b && a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->pins[i], b->pins[i]) == 0;
    return same;
}
