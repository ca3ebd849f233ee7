#include "policy/rule_match.h"

static enum match least(enum match a, enum match b)
{
    return a < b ? a : b;
}

static bool has(const char *const *globs, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (glob_match(globs[i], text))
            return true;
    return false;
}

/* The kernel's word is enough. Another name is what the user said when he started the program. */
static enum match match_programs(const char *const *globs, size_t count, const struct process_identity *process)
{
    if (count == 0)
        return MATCH_YES;
    if (!process->executable)
        return MATCH_PERHAPS;
    if (has(globs, count, process->executable))
        return MATCH_YES;
    for (const char *const *name = process->other_names; name && *name; name++)
        if (has(globs, count, *name))
            return MATCH_PERHAPS;
    return MATCH_NO;
}

/* What is none has no name, and no pattern is for that. */
static enum match match_name(const char *const *globs, size_t count, const char *name, bool is_certain)
{
    if (!name || *name == '\0' || !has(globs, count, name))
        return name ? MATCH_NO : MATCH_PERHAPS;
    return is_certain ? MATCH_YES : MATCH_PERHAPS;
}

static enum match greatest(enum match a, enum match b)
{
    return a > b ? a : b;
}

static enum match match_scripts(const char *const *globs, size_t count, const struct process_identity *process)
{
    const struct script *script = &process->script;
    if (count == 0)
        return MATCH_YES;
    enum match resolved = script->resolved ? match_name(globs, count, script->resolved, false) : MATCH_NO;
    return greatest(match_name(globs, count, script->name, script->is_certain), resolved);
}

static enum match match_units(const char *const *globs, size_t count, const struct process_identity *process)
{
    const struct unit *unit = &process->unit;
    if (count == 0)
        return MATCH_YES;
    enum match of_user = unit->of_user ? match_name(globs, count, unit->of_user, false) : MATCH_NO;
    return greatest(match_name(globs, count, unit->name, process->unit_is_certain), of_user);
}

static const char *const *items(const struct globs *globs)
{
    return (const char *const *)globs->items;
}

enum match rule_match_programs(const struct policy_section *rule, const struct process_identity *process)
{
    enum match programs = match_programs(items(&rule->programs), rule->programs.count, process);
    enum match scripts = match_scripts(items(&rule->scripts), rule->scripts.count, process);
    return least(least(programs, scripts), match_units(items(&rule->units), rule->units.count, process));
}

static enum match match_id(const struct rule_account *accounts, size_t count, id_t id)
{
    enum match match = MATCH_NO;
    for (size_t i = 0; i < count; i++) {
        enum account account = accounts[i].account;
        if (account == ACCOUNT_FOUND && accounts[i].id == id)
            return MATCH_YES;
        if (account == ACCOUNT_UNKNOWN || (account == ACCOUNT_FOUND && id == (id_t)-1))
            match = MATCH_PERHAPS;
    }
    return match;
}

/* A daemon may work for somebody else than it was started by, and a setuid program was started by anybody. */
static enum match match_both(const struct rule_account *accounts, size_t count, id_t real, id_t effective)
{
    enum match match = match_id(accounts, count, real);
    return match == match_id(accounts, count, effective) ? match : MATCH_PERHAPS;
}

static enum match match_users(const struct rule_account *users, size_t count, const struct process_identity *process)
{
    return count == 0 ? MATCH_YES : match_both(users, count, process->uid, process->effective_uid);
}

/* A supplementary group is one that the user is in, or that a daemon took on. */
static enum match match_groups(const struct rule_account *groups, size_t count, const struct process_identity *process)
{
    if (count == 0)
        return MATCH_YES;
    if (process->groups_known == GROUPS_UNKNOWN)
        return match_id(groups, count, (id_t)-1);
    enum match match = match_both(groups, count, process->gid, process->effective_gid);
    if (process->groups_known != GROUPS_ALL)
        return greatest(match, match_id(groups, count, (id_t)-1));
    for (size_t i = 0; i < process->group_count && match != MATCH_YES; i++)
        match = greatest(match, match_id(groups, count, process->groups[i]));
    return match;
}

enum match rule_match_who(const struct rule_set *set, uint32_t number, const struct process_identity *process)
{
    const struct rule_who *who = &set->whos[number];
    const char *const *programs = set->globs + who->first_glob;
    const char *const *scripts = programs + who->program_count, *const *units = scripts + who->script_count;
    const struct rule_account *users = set->accounts + who->first_account, *groups = users + who->user_count;
    enum match match = MATCH_PERHAPS;
    if (!who->program_is_uncertain) {
        match = least(match_programs(programs, who->program_count, process),
                      match_scripts(scripts, who->script_count, process));
        match = least(match, match_units(units, who->unit_count, process));
    }
    match = least(match, match_users(users, who->user_count, process));
    return least(match, match_groups(groups, who->group_count, process));
}

enum match rule_match_row(const struct rule_set *set, const struct rule_row *row, const struct target *target)
{
    struct destination_pattern pattern = {.kind = (enum destination_kind)row->kind, .port = row->port};
    if (pattern.kind == DESTINATION_NETWORK) {
        pattern.network = set->networks[row->key].ip;
        pattern.prefix = set->networks[row->key].prefix;
    } else {
        pattern.name = set->text + row->key;
    }
    return destination_match(&pattern, target);
}

static enum match match_destination(const struct rule_set *set, uint32_t number, const struct destination *destination)
{
    const struct rule *rule = &set->rules[number];
    if (rule->first_row == rule[1].first_row)
        return MATCH_YES;
    enum match match = MATCH_NO;
    struct target target = target_of(destination);
    for (uint32_t i = rule->first_row; i < rule[1].first_row && match != MATCH_YES; i++) {
        enum match found = rule_match_row(set, &set->rows[i], &target);
        match = found > match ? found : match;
    }
    return match;
}

static enum match match_destinations(const struct rule_set *set, uint32_t rule, const struct destination *destinations,
                                     size_t count)
{
    enum match match = match_destination(set, rule, &destinations[0]);
    for (size_t i = 1; i < count; i++)
        if (match_destination(set, rule, &destinations[i]) != match)
            return MATCH_PERHAPS;
    return match;
}

enum match rule_match(const struct rule_set *set, uint32_t rule, const struct process_identity *process,
                      const struct destination *destinations, size_t count)
{
    enum match match = rule_match_who(set, set->rules[rule].who, process);
    return match == MATCH_NO ? match : least(match, match_destinations(set, rule, destinations, count));
}
