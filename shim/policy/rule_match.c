#include "policy/rule_match.h"

static enum match least(enum match a, enum match b)
{
    return a < b ? a : b;
}

static bool has_program(const struct policy_section *rule, const char *path)
{
    for (size_t i = 0; i < rule->program_count; i++)
        if (glob_match(rule->programs[i], path))
            return true;
    return false;
}

/* The kernel's word is enough. Another name is what the user said when he started the program. */
static enum match match_program(const struct policy_section *rule, const struct process_identity *process)
{
    if (rule->program_count == 0)
        return MATCH_YES;
    if (!process->executable)
        return MATCH_PERHAPS;
    if (has_program(rule, process->executable))
        return MATCH_YES;
    for (const char *const *name = process->other_names; name && *name; name++)
        if (has_program(rule, *name))
            return MATCH_PERHAPS;
    return MATCH_NO;
}

static enum match match_uid(const struct policy_section *rule, uid_t uid)
{
    enum match match = MATCH_NO;
    for (size_t i = 0; i < rule->user_count; i++) {
        enum account account = rule->users[i].account;
        if (account == ACCOUNT_FOUND && rule->users[i].uid == uid)
            return MATCH_YES;
        if (account == ACCOUNT_UNKNOWN || (account == ACCOUNT_FOUND && uid == (uid_t)-1))
            match = MATCH_PERHAPS;
    }
    return match;
}

/* A daemon may work for somebody else than it was started by, and a setuid program was started by anybody. */
static enum match match_user(const struct policy_section *rule, const struct process_identity *process)
{
    if (rule->user_count == 0)
        return MATCH_YES;
    enum match real = match_uid(rule, process->uid);
    return real == match_uid(rule, process->effective_uid) ? real : MATCH_PERHAPS;
}

static enum match match_destination(const struct policy_section *rule, const struct destination *destination)
{
    if (rule->destination_count == 0)
        return MATCH_YES;
    enum match match = MATCH_NO;
    struct target target = target_of(destination);
    for (size_t i = 0; i < rule->destination_count && match != MATCH_YES; i++) {
        enum match found = destination_match(&rule->destinations[i], &target);
        match = found > match ? found : match;
    }
    return match;
}

static enum match match_destinations(const struct policy_section *rule, const struct destination *destinations,
                                     size_t count)
{
    enum match match = match_destination(rule, &destinations[0]);
    for (size_t i = 1; i < count; i++)
        if (match_destination(rule, &destinations[i]) != match)
            return MATCH_PERHAPS;
    return match;
}

enum match rule_match(const struct policy_section *rule, const struct process_identity *process,
                      const struct destination *destinations, size_t count)
{
    enum match match = least(match_program(rule, process), match_user(rule, process));
    return match == MATCH_NO ? match : least(match, match_destinations(rule, destinations, count));
}
