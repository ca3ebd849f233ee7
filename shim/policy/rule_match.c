#include "policy/rule_match.h"

static enum match least(enum match a, enum match b)
{
    return a < b ? a : b;
}

static bool has_program(const char *const *programs, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (glob_match(programs[i], path))
            return true;
    return false;
}

/* The kernel's word is enough. Another name is what the user said when he started the program. */
static enum match match_programs(const char *const *programs, size_t count, const struct process_identity *process)
{
    if (count == 0)
        return MATCH_YES;
    if (!process->executable)
        return MATCH_PERHAPS;
    if (has_program(programs, count, process->executable))
        return MATCH_YES;
    for (const char *const *name = process->other_names; name && *name; name++)
        if (has_program(programs, count, *name))
            return MATCH_PERHAPS;
    return MATCH_NO;
}

enum match rule_match_programs(const struct policy_section *rule, const struct process_identity *process)
{
    return match_programs((const char *const *)rule->programs, rule->program_count, process);
}

static enum match match_uid(const struct rule_user *users, size_t count, uid_t uid)
{
    enum match match = MATCH_NO;
    for (size_t i = 0; i < count; i++) {
        enum account account = users[i].account;
        if (account == ACCOUNT_FOUND && users[i].uid == uid)
            return MATCH_YES;
        if (account == ACCOUNT_UNKNOWN || (account == ACCOUNT_FOUND && uid == (uid_t)-1))
            match = MATCH_PERHAPS;
    }
    return match;
}

/* A daemon may work for somebody else than it was started by, and a setuid program was started by anybody. */
static enum match match_users(const struct rule_user *users, size_t count, const struct process_identity *process)
{
    if (count == 0)
        return MATCH_YES;
    enum match real = match_uid(users, count, process->uid);
    return real == match_uid(users, count, process->effective_uid) ? real : MATCH_PERHAPS;
}

enum match rule_match_who(const struct rule_set *set, uint32_t number, const struct process_identity *process)
{
    const struct rule_who *who = &set->whos[number];
    enum match programs = who->program_is_uncertain
                              ? MATCH_PERHAPS
                              : match_programs(set->programs + who->first_program, who->program_count, process);
    return least(programs, match_users(set->users + who->first_user, who->user_count, process));
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
