#include "check/cover.h"

#include "policy/pattern.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cover_glob(const char *wider, const char *pattern)
{
    const char *star = NULL, *again = NULL;
    while (*pattern != '\0') {
        if (*wider == '*') {
            star = ++wider;
            again = pattern;
        } else if (*pattern != '*' && (*wider == '?' || *wider == *pattern)) {
            wider++;
            pattern++;
        } else if (star != NULL) {
            wider = star;
            pattern = ++again;
        } else {
            return false;
        }
    }
    while (*wider == '*')
        wider++;
    return *wider == '\0';
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name), end = strlen(suffix);
    return length >= end && strcasecmp(name + length - end, suffix) == 0;
}

static bool is_within(const struct destination_pattern *wider, const struct destination_pattern *pattern)
{
    unsigned whole = wider->prefix / 8, bits = wider->prefix % 8;
    return wider->prefix <= pattern->prefix && ip_is_mapped(&wider->network) == ip_is_mapped(&pattern->network) &&
           memcmp(wider->network.bytes, pattern->network.bytes, whole) == 0 &&
           (bits == 0 || (wider->network.bytes[whole] ^ pattern->network.bytes[whole]) >> (8 - bits) == 0);
}

static bool covers_host(const struct destination_pattern *wider, const struct destination_pattern *pattern)
{
    switch (wider->kind) {
    case DESTINATION_ANY:
        return true;
    case DESTINATION_HOST:
        return pattern->kind == DESTINATION_HOST && strcasecmp(wider->name, pattern->name) == 0;
    case DESTINATION_SUFFIX:
        return (pattern->kind == DESTINATION_SUFFIX || pattern->kind == DESTINATION_HOST) &&
               ends_in(pattern->name, wider->name);
    case DESTINATION_NETWORK:
        return pattern->kind == DESTINATION_NETWORK && is_within(wider, pattern);
    }
    return false;
}

static const char *const matchers[] = {"program", "script", "unit", "user", "group"};
enum { MATCHERS = sizeof matchers / sizeof matchers[0], GLOBS = 3 /* the first of them */ };

struct values {
    const char **items;
    size_t count;
};

struct rule_matchers {
    struct values of[MATCHERS];
    struct destination_pattern *destinations;
    size_t destination_count;
    int64_t expires_at;
};

struct cover_rules {
    struct arena arena; /* of the destinations */
    struct rule_matchers *items;
    size_t count;
};

static struct values values_of(const struct policy *policy, size_t rule, const char *key)
{
    struct values values = {.items = NULL};
    const char *value;
    while ((value = policy_rule_value(policy, rule, key, values.count)) != NULL) {
        values.items = text_grow(values.items, values.count + 1, sizeof *values.items);
        values.items[values.count++] = value;
    }
    return values;
}

static void add_destinations(struct cover_rules *rules, struct rule_matchers *item, const struct policy *policy,
                             size_t rule)
{
    struct values texts = values_of(policy, rule, "destination");
    item->destinations = text_grow(NULL, texts.count + 1, sizeof *item->destinations);
    for (size_t i = 0; i < texts.count; i++)
        if (destination_parse(&rules->arena, texts.items[i], &item->destinations[i]) == NULL)
            item->destination_count++;
    free(texts.items);
}

struct cover_rules *cover_rules(const struct policy *policy)
{
    struct cover_rules *rules = text_grow(NULL, 1, sizeof *rules);
    *rules = (struct cover_rules){.count = policy_rule_count(policy)};
    rules->items = text_grow(NULL, rules->count + 1, sizeof *rules->items);
    for (size_t i = 0; i < rules->count; i++) {
        rules->items[i] = (struct rule_matchers){.expires_at = policy_rule(policy, i).expires_at};
        for (size_t j = 0; j < MATCHERS; j++)
            rules->items[i].of[j] = values_of(policy, i, matchers[j]);
        add_destinations(rules, &rules->items[i], policy, i);
    }
    return rules;
}

void cover_rules_free(struct cover_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        for (size_t j = 0; j < MATCHERS; j++)
            free(rules->items[i].of[j].items);
        free(rules->items[i].destinations);
    }
    arena_free(&rules->arena);
    free(rules->items);
    free(rules);
}

static bool covers_value(const struct values *wider, const char *value, bool is_glob)
{
    for (size_t i = 0; i < wider->count; i++)
        if (is_glob ? cover_glob(wider->items[i], value) : strcmp(wider->items[i], value) == 0)
            return true;
    return wider->count == 0;
}

static bool covers_values(const struct values *wider, const struct values *values, bool is_glob)
{
    for (size_t i = 0; i < values->count; i++)
        if (!covers_value(wider, values->items[i], is_glob))
            return false;
    return values->count > 0 || wider->count == 0;
}

static bool covers_destination(const struct rule_matchers *wider, const struct destination_pattern *pattern)
{
    for (size_t i = 0; i < wider->destination_count; i++) {
        const struct destination_pattern *candidate = &wider->destinations[i];
        if ((candidate->port == 0 || candidate->port == pattern->port) && covers_host(candidate, pattern))
            return true;
    }
    return wider->destination_count == 0;
}

static bool covers_destinations(const struct rule_matchers *wider, const struct rule_matchers *rule)
{
    for (size_t i = 0; i < rule->destination_count; i++)
        if (!covers_destination(wider, &rule->destinations[i]))
            return false;
    return rule->destination_count > 0 || wider->destination_count == 0;
}

/* Where the earlier one ends first, the other has its day. */
static bool outlives(const struct rule_matchers *earlier, const struct rule_matchers *rule)
{
    return earlier->expires_at == 0 || (rule->expires_at != 0 && earlier->expires_at >= rule->expires_at);
}

bool cover_rule(const struct cover_rules *rules, size_t earlier, size_t rule)
{
    const struct rule_matchers *wider = &rules->items[earlier], *covered = &rules->items[rule];
    if (!outlives(wider, covered) || !covers_destinations(wider, covered))
        return false;
    for (size_t i = 0; i < MATCHERS; i++)
        if (!covers_values(&wider->of[i], &covered->of[i], i < GLOBS))
            return false;
    return true;
}
