/* What rules have in common is kept once. */
#include "policy/rule_build.h"

#include <string.h>

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

struct settings rule_build_copy(struct arena *arena, const struct settings *settings)
{
    struct settings copy = *settings;
    struct trust_source *trust = arena_alloc(arena, settings->trust_count * sizeof *trust);
    const char **pins = arena_alloc(arena, settings->pin_count * sizeof *pins);
    for (size_t i = 0; trust && i < settings->trust_count; i++)
        trust[i].path = copy_text(arena, settings->trust[i].path);
    for (size_t i = 0; pins && i < settings->pin_count; i++)
        pins[i] = copy_text(arena, settings->pins[i]);
    copy.trust = trust;
    copy.pins = settings->pin_count > 0 ? pins : NULL;
    return copy;
}

static uint64_t hash_text(uint64_t sum, const char *text)
{
    return text ? table_hash(sum, text, strlen(text) + 1) : fnv_add(sum, 0);
}

static uint64_t hash_settings(const struct settings *settings)
{
    const int parts[] = {(int)settings->mode,         (int)settings->verify,     (int)settings->trust_mode,
                         (int)settings->unknown_name, (int)settings->weak_names, (int)settings->psk,
                         settings->allow_cn,          (int)settings->names,      settings->strict,
                         settings->security_level,    (int)settings->fallback};
    uint64_t sum = FNV_SEED;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sum = fnv_add(sum, (uint64_t)parts[i]);
    for (size_t i = 0; i < settings->trust_count; i++)
        sum = hash_text(sum, settings->trust[i].path);
    for (size_t i = 0; i < settings->pin_count; i++)
        sum = hash_text(sum, settings->pins[i]);
    return sum;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_lists(const struct settings *a, const struct settings *b)
{
    if (a->trust == b->trust && a->trust_count == b->trust_count && a->pin_count == 0 && b->pin_count == 0)
        return true;
    bool same = a->trust_count == b->trust_count && a->pin_count == b->pin_count;
    for (size_t i = 0; same && i < a->trust_count; i++)
        same = same_text(a->trust[i].path, b->trust[i].path);
    for (size_t i = 0; same && i < a->pin_count; i++)
        same = same_text(a->pins[i], b->pins[i]);
    return same;
}

static bool same_settings(const struct settings *a, const struct settings *b)
{
    return a->mode == b->mode && a->verify == b->verify && a->trust_mode == b->trust_mode &&
           a->unknown_name == b->unknown_name && a->weak_names == b->weak_names && a->psk == b->psk &&
           a->allow_cn == b->allow_cn && a->names == b->names && a->strict == b->strict &&
           a->security_level == b->security_level && a->fallback == b->fallback && same_lists(a, b);
}

struct wanted_settings {
    const struct rule_build *build;
    const struct settings *settings;
};

static bool is_wanted_settings(const void *context, uint32_t item)
{
    const struct wanted_settings *wanted = context;
    return same_settings(&wanted->build->settings[item], wanted->settings);
}

static uint32_t add_settings(struct rule_build *build, const struct settings *settings, uint64_t hash)
{
    struct settings *grown =
        arena_grow(build->scratch, build->settings, build->settings_count, sizeof *build->settings);
    if (!grown)
        return 0;
    build->settings = grown;
    struct settings *added = &grown[build->settings_count];
    *added = rule_build_copy(build->arena, settings);
    added->log = build->base->log; /* which no rule has of its own */
    added->name = added->rule = NULL;
    if (same_lists(settings, build->base)) {
        added->trust = build->base->trust;
        added->pins = build->base->pins;
    }
    table_add(&build->settings_table, build->scratch, hash, (uint32_t)build->settings_count);
    return (uint32_t)build->settings_count++;
}

uint32_t rule_build_settings(struct rule_build *build, const struct settings *settings)
{
    const struct wanted_settings wanted = {build, settings};
    if (build->before && memcmp(build->before, settings, offsetof(struct settings, name)) == 0)
        return build->last_settings;
    build->before = settings;
    uint64_t hash = hash_settings(settings);
    int64_t found = table_find(&build->settings_table, hash, is_wanted_settings, &wanted);
    build->last_settings = found != TABLE_NONE ? (uint32_t)found : add_settings(build, settings, hash);
    return build->last_settings;
}

struct wanted_who {
    const struct rule_build *build;
    const struct policy_section *section;
    size_t program_count; /* none in a process */
    bool program_is_uncertain;
};

static uint64_t hash_who(const struct wanted_who *wanted)
{
    const struct policy_section *section = wanted->section;
    uint64_t sum = fnv_add(fnv_add(FNV_SEED, wanted->program_count), wanted->program_is_uncertain);
    for (size_t i = 0; i < wanted->program_count; i++)
        sum = hash_text(sum, section->programs[i]);
    for (size_t i = 0; i < section->user_count; i++)
        sum = fnv_add(fnv_add(sum, section->users[i].uid), (uint64_t)section->users[i].account);
    return sum;
}

static bool is_wanted_who(const void *context, uint32_t item)
{
    const struct wanted_who *wanted = context;
    const struct policy_section *section = wanted->section;
    const struct rule_who *who = &wanted->build->whos[item];
    bool same = who->program_count == wanted->program_count && who->user_count == section->user_count &&
                who->program_is_uncertain == wanted->program_is_uncertain;
    for (size_t i = 0; same && i < who->program_count; i++)
        same = strcmp(wanted->build->programs[who->first_program + i], section->programs[i]) == 0;
    for (size_t i = 0; same && i < who->user_count; i++) {
        const struct rule_user *user = &wanted->build->users[who->first_user + i];
        same = user->uid == section->users[i].uid && user->account == section->users[i].account;
    }
    return same;
}

static void add_program(struct rule_build *build, const char *program)
{
    const char **grown = arena_grow(build->scratch, build->programs, build->program_count, sizeof *grown);
    if (!grown)
        return;
    build->programs = grown;
    grown[build->program_count++] = copy_text(build->arena, program);
}

static void add_user(struct rule_build *build, const struct user_pattern *user)
{
    struct rule_user *grown = arena_grow(build->scratch, build->users, build->user_count, sizeof *grown);
    if (!grown)
        return;
    build->users = grown;
    grown[build->user_count++] = (struct rule_user){user->uid, user->account};
}

static uint32_t add_who(struct rule_build *build, const struct wanted_who *wanted, uint64_t hash)
{
    const struct policy_section *section = wanted->section;
    struct rule_who *grown = arena_grow(build->scratch, build->whos, build->who_count, sizeof *grown);
    if (!grown)
        return 0;
    build->whos = grown;
    grown[build->who_count] = (struct rule_who){.program_is_uncertain = wanted->program_is_uncertain,
                                                .first_program = (uint32_t)build->program_count,
                                                .program_count = (uint32_t)wanted->program_count,
                                                .first_user = (uint32_t)build->user_count,
                                                .user_count = (uint32_t)section->user_count};
    for (size_t i = 0; i < wanted->program_count; i++)
        add_program(build, section->programs[i]);
    for (size_t i = 0; i < section->user_count; i++)
        add_user(build, &section->users[i]);
    table_add(&build->who_table, build->scratch, hash, (uint32_t)build->who_count);
    return (uint32_t)build->who_count++;
}

uint32_t rule_build_who(struct rule_build *build, const struct policy_section *section, enum match programs)
{
    const struct wanted_who wanted = {.build = build,
                                      .section = section,
                                      .program_count = build->process ? 0 : section->program_count,
                                      .program_is_uncertain = programs == MATCH_PERHAPS};
    if (build->who_count > 0 && is_wanted_who(&wanted, build->last_who))
        return build->last_who;
    uint64_t hash = hash_who(&wanted);
    int64_t found = table_find(&build->who_table, hash, is_wanted_who, &wanted);
    build->last_who = found != TABLE_NONE ? (uint32_t)found : add_who(build, &wanted, hash);
    return build->last_who;
}
