/* What rules have in common is kept once. */
#include "policy/denied_keys.h"
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
    copy.denied = denied_keys_copy(arena, settings->denied);
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
                         settings->security_level,    (int)settings->fallback,   (int)settings->min_protocol,
                         settings->allow_expired_day, settings->enforce_percent};
    uint64_t sum = FNV_SEED;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sum = fnv_add(sum, (uint64_t)parts[i]);
    for (size_t i = 0; i < settings->trust_count; i++)
        sum = hash_text(sum, settings->trust[i].path);
    for (size_t i = 0; i < settings->pin_count; i++)
        sum = hash_text(sum, settings->pins[i]);
    return denied_keys_hash(sum, settings->denied);
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
    return a->mode == b->mode && a->enforce_percent == b->enforce_percent && a->verify == b->verify &&
           a->trust_mode == b->trust_mode && a->unknown_name == b->unknown_name && a->weak_names == b->weak_names &&
           a->psk == b->psk && a->allow_cn == b->allow_cn && a->names == b->names && a->strict == b->strict &&
           a->security_level == b->security_level && a->min_protocol == b->min_protocol &&
           a->allow_expired_day == b->allow_expired_day && a->fallback == b->fallback && same_lists(a, b) &&
           denied_keys_same(a->denied, b->denied);
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
    if (denied_keys_same(settings->denied, build->base->denied))
        added->denied = build->base->denied;
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
    struct globs globs[3]; /* programs, scripts, units; none in a process */
    const struct account_list *accounts[2];
    bool program_is_uncertain;
};

static uint64_t hash_who(const struct wanted_who *wanted)
{
    uint64_t sum = fnv_add(FNV_SEED, wanted->program_is_uncertain);
    for (size_t k = 0; k < 3; k++) {
        sum = fnv_add(sum, wanted->globs[k].count);
        for (size_t i = 0; i < wanted->globs[k].count; i++)
            sum = hash_text(sum, wanted->globs[k].items[i]);
    }
    for (size_t k = 0; k < 2; k++) {
        sum = fnv_add(sum, wanted->accounts[k]->count);
        for (size_t i = 0; i < wanted->accounts[k]->count; i++) {
            const struct account_pattern *account = &wanted->accounts[k]->items[i];
            sum = fnv_add(fnv_add(sum, account->id), (uint64_t)account->account);
        }
    }
    return sum;
}

static bool same_globs(const struct wanted_who *wanted, const struct rule_who *who)
{
    const char *const *globs = wanted->build->globs + who->first_glob;
    bool same = who->program_count == wanted->globs[0].count && who->script_count == wanted->globs[1].count &&
                who->unit_count == wanted->globs[2].count;
    for (size_t k = 0; same && k < 3; k++)
        for (size_t i = 0; same && i < wanted->globs[k].count; i++)
            same = strcmp(*globs++, wanted->globs[k].items[i]) == 0;
    return same;
}

static bool same_accounts(const struct wanted_who *wanted, const struct rule_who *who)
{
    const struct rule_account *accounts = wanted->build->accounts + who->first_account;
    bool same = who->user_count == wanted->accounts[0]->count && who->group_count == wanted->accounts[1]->count;
    for (size_t k = 0; same && k < 2; k++)
        for (size_t i = 0; same && i < wanted->accounts[k]->count; i++, accounts++)
            same = accounts->id == wanted->accounts[k]->items[i].id &&
                   accounts->account == wanted->accounts[k]->items[i].account;
    return same;
}

static bool is_wanted_who(const void *context, uint32_t item)
{
    const struct wanted_who *wanted = context;
    const struct rule_who *who = &wanted->build->whos[item];
    size_t globs = wanted->globs[0].count + wanted->globs[1].count + wanted->globs[2].count;
    size_t accounts = wanted->accounts[0]->count + wanted->accounts[1]->count;
    if (who->program_is_uncertain != wanted->program_is_uncertain || who->glob_count != globs ||
        who->account_count != accounts)
        return false;
    return (globs == 0 || same_globs(wanted, who)) && (accounts == 0 || same_accounts(wanted, who));
}

static void add_globs(struct rule_build *build, const struct globs *globs)
{
    for (size_t i = 0; i < globs->count; i++) {
        const char **grown = arena_grow(build->scratch, build->globs, build->glob_count, sizeof *grown);
        if (!grown)
            return;
        build->globs = grown;
        grown[build->glob_count++] = copy_text(build->arena, globs->items[i]);
    }
}

static void add_accounts(struct rule_build *build, const struct account_list *accounts)
{
    for (size_t i = 0; i < accounts->count; i++) {
        struct rule_account *grown =
            arena_grow(build->scratch, build->accounts, build->account_count, sizeof *build->accounts);
        if (!grown)
            return;
        build->accounts = grown;
        grown[build->account_count++] = (struct rule_account){accounts->items[i].id, accounts->items[i].account};
    }
}

static uint32_t add_who(struct rule_build *build, const struct wanted_who *wanted, uint64_t hash)
{
    struct rule_who *grown = arena_grow(build->scratch, build->whos, build->who_count, sizeof *build->whos);
    if (!grown)
        return 0;
    build->whos = grown;
    grown[build->who_count] = (struct rule_who){.program_is_uncertain = wanted->program_is_uncertain,
                                                .first_glob = (uint32_t)build->glob_count,
                                                .program_count = (uint32_t)wanted->globs[0].count,
                                                .script_count = (uint32_t)wanted->globs[1].count,
                                                .unit_count = (uint32_t)wanted->globs[2].count,
                                                .first_account = (uint32_t)build->account_count,
                                                .user_count = (uint32_t)wanted->accounts[0]->count,
                                                .group_count = (uint32_t)wanted->accounts[1]->count};
    const size_t glob_count = build->glob_count, account_count = build->account_count;
    for (size_t k = 0; k < 3; k++)
        add_globs(build, &wanted->globs[k]);
    for (size_t k = 0; k < 2; k++)
        add_accounts(build, wanted->accounts[k]);
    grown[build->who_count].glob_count = (uint32_t)(build->glob_count - glob_count);
    grown[build->who_count].account_count = (uint32_t)(build->account_count - account_count);
    table_add(&build->who_table, build->scratch, hash, (uint32_t)build->who_count);
    return (uint32_t)build->who_count++;
}

/* For anybody, as most rules in a process, and the last one was. */
static bool is_last_for_anybody(const struct rule_build *build, const struct policy_section *section, bool uncertain)
{
    size_t globs = build->process ? 0 : section->programs.count + section->scripts.count + section->units.count;
    if (build->who_count == 0 || globs + section->users.count + section->groups.count > 0)
        return false;
    const struct rule_who *last = &build->whos[build->last_who];
    return last->glob_count + last->account_count == 0 && last->program_is_uncertain == uncertain;
}

/* Apart from what most rules need, which costs little. */
__attribute__((noinline)) static uint32_t find_who(struct rule_build *build, const struct policy_section *section,
                                                   enum match programs)
{
    struct wanted_who wanted = {.build = build,
                                .accounts = {&section->users, &section->groups},
                                .program_is_uncertain = programs == MATCH_PERHAPS};
    if (!build->process) {
        wanted.globs[0] = section->programs;
        wanted.globs[1] = section->scripts;
        wanted.globs[2] = section->units;
    }
    if (build->who_count > 0 && is_wanted_who(&wanted, build->last_who))
        return build->last_who;
    uint64_t hash = hash_who(&wanted);
    int64_t found = table_find(&build->who_table, hash, is_wanted_who, &wanted);
    build->last_who = found != TABLE_NONE ? (uint32_t)found : add_who(build, &wanted, hash);
    return build->last_who;
}

uint32_t rule_build_who(struct rule_build *build, const struct policy_section *section, enum match programs)
{
    bool is_last = is_last_for_anybody(build, section, programs == MATCH_PERHAPS);
    return is_last ? build->last_who : find_who(build, section, programs);
}
