#include "policy/rule_set.h"

#include "policy/policy_value.h"
#include "policy/rule_build.h"
#include "policy/rule_match.h"

#include <string.h>

enum { SECONDS_OF_A_DAY = 86400 };

/* No name and no network leads to a rule for any. */
static bool is_everywhere(const struct policy_section *rule)
{
    bool any = rule->destination_count == 0;
    for (size_t i = 0; i < rule->destination_count; i++)
        any = any || rule->destinations[i].kind == DESTINATION_ANY;
    return any;
}

static enum match programs_match(const struct rule_build *build, const struct policy_section *rule)
{
    bool any = rule->programs.count + rule->scripts.count + rule->units.count == 0;
    return any || !build->process ? MATCH_YES : rule_match_programs(rule, build->process);
}

/* A rule that can decide; those that can only tighten are found in groups. */
static bool decides_everywhere(const struct rule_build *build, size_t index)
{
    return build->programs_match[index] == MATCH_YES && is_everywhere(&build->draft->rules[index]);
}

static void count_destinations(struct rule_build *build, const struct policy_section *rule)
{
    for (size_t i = 0; i < rule->destination_count; i++) {
        const struct destination_pattern *pattern = &rule->destinations[i];
        build->row_count++;
        build->network_count += pattern->kind == DESTINATION_NETWORK;
        build->text_size += pattern->name ? strlen(pattern->name) + 1 : 0;
    }
}

/* How much there will be, so that nothing has to grow in memory that is kept. */
static void count(struct rule_build *build)
{
    build->programs_match = arena_alloc(build->scratch, build->draft->rule_count + 1);
    build->decide_everywhere = arena_alloc(build->scratch, build->draft->rule_count + 1);
    build->text_size = 1; /* the empty text, which stands for none */
    for (size_t i = 0; !build->scratch->exhausted && i < build->draft->rule_count; i++) {
        const struct policy_section *rule = &build->draft->rules[i];
        build->programs_match[i] = (uint8_t)programs_match(build, rule);
        if (build->programs_match[i] == MATCH_NO)
            continue;
        build->set->count++;
        build->decide_everywhere[i] = decides_everywhere(build, i);
        build->set->everywhere_count += build->decide_everywhere[i];
        build->text_size += strlen(rule->settings.rule) + 1;
        build->text_size += rule->settings.name ? strlen(rule->settings.name) + 1 : 0;
        count_destinations(build, rule);
    }
}

static bool allocate(struct rule_build *build)
{
    struct rule_set *set = build->set;
    struct arena *arena = build->arena;
    build->text = arena_alloc(arena, build->text_size);
    build->text_used = 1;
    build->rules = arena_alloc(arena, (set->count + (size_t)1) * sizeof *build->rules);
    build->rows = arena_alloc(arena, (build->row_count + 1) * sizeof *build->rows);
    build->networks = arena_alloc(arena, (build->network_count + 1) * sizeof *build->networks);
    build->everywhere = arena_alloc(arena, (set->everywhere_count + 1) * sizeof *build->everywhere);
    return !build->scratch->exhausted && !arena->exhausted;
}

static uint32_t add_text(struct rule_build *build, const char *text)
{
    uint32_t at = build->text_used;
    size_t size = strlen(text) + 1;
    memcpy(build->text + at, text, size);
    build->text_used += (uint32_t)size;
    return at;
}

static void add_row(struct rule_build *build, uint32_t rule, const struct destination_pattern *pattern)
{
    struct rule_row *row = &build->rows[build->rows_used++];
    *row = (struct rule_row){.rule = rule, .port = pattern->port, .kind = (uint8_t)pattern->kind};
    if (pattern->kind == DESTINATION_NETWORK) {
        row->key = build->networks_used;
        build->networks[build->networks_used++] = (struct rule_network){pattern->network, pattern->prefix};
    } else if (pattern->name) {
        row->key = add_text(build, pattern->name);
    }
}

static void add_rule(struct rule_build *build, size_t index)
{
    const struct policy_section *section = &build->draft->rules[index];
    uint32_t number = build->rules_used++;
    build->rules[number] = (struct rule){
        .name = add_text(build, section->settings.rule),
        .peer = section->settings.name ? add_text(build, section->settings.name) : 0,
        .settings = rule_build_settings(build, &section->settings),
        .who = rule_build_who(build, section, (enum match)build->programs_match[index]),
        .first_row = build->rows_used,
        .expires_day = section->expires ? (uint32_t)(section->expires_at / SECONDS_OF_A_DAY) : 0,
    };
    for (size_t i = 0; i < section->destination_count; i++)
        add_row(build, number, &section->destinations[i]);
    if (build->decide_everywhere[index])
        build->everywhere[build->everywhere_used++] = number;
}

/* A copy in memory that is kept. */
static void *keep(struct rule_build *build, const void *items, size_t count, size_t size)
{
    void *kept = arena_alloc(build->arena, count * size);
    if (kept && count)
        memcpy(kept, items, count * size);
    return kept;
}

static void publish(struct rule_build *build)
{
    struct rule_set *set = build->set;
    build->rules[set->count].first_row = build->rows_used;
    set->text = build->text;
    set->rules = build->rules;
    set->rows = build->rows;
    set->networks = build->networks;
    set->everywhere = build->everywhere;
    set->settings = keep(build, build->settings, build->settings_count, sizeof *build->settings);
    set->settings_count = build->settings_count;
    for (size_t i = 0; i < build->who_count; i++)
        set->names_groups |= build->whos[i].group_count > 0;
    set->enforces_in_part = build->base->enforce_percent < 100;
    for (size_t i = 0; i < build->settings_count; i++)
        set->enforces_in_part |= build->settings[i].enforce_percent < 100;
    set->whos = keep(build, build->whos, build->who_count, sizeof *build->whos);
    set->globs = keep(build, build->globs, build->glob_count, sizeof *build->globs);
    set->accounts = keep(build, build->accounts, build->account_count, sizeof *build->accounts);
}

void rule_set_build(struct policy *policy, const struct policy *draft, const struct process_identity *process)
{
    struct arena scratch = {0};
    struct rule_build build = {.draft = draft,
                               .process = process,
                               .base = &policy->base.settings,
                               .set = &policy->set,
                               .arena = &policy->arena,
                               .scratch = &scratch};
    policy->set = (struct rule_set){0};
    count(&build);
    if (allocate(&build)) {
        for (size_t i = 0; i < draft->rule_count && !scratch.exhausted && !policy->arena.exhausted; i++)
            if (build.programs_match[i] != MATCH_NO)
                add_rule(&build, i);
        publish(&build);
        if (!scratch.exhausted && !policy->arena.exhausted)
            rule_build_index(&build);
    }
    policy->arena.exhausted |= scratch.exhausted;
    arena_free(&scratch);
}
