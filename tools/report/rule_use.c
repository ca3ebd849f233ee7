#include "report/rule_use.h"

#include "report/gather.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

enum { DAY = 86400, DAYS_BEFORE = 30 };

const char *rule_state_text(enum rule_state state)
{
    static const char *const texts[] = {"active", "unused", "expiring", "expired", "not-in-policy"};
    return texts[state];
}

static const struct tally_group *hits_of(const struct tally *tally, const char *name)
{
    for (size_t i = 0; i < tally->group_count; i++)
        if (strcmp(gather_part(&tally->groups[i], 0), name) == 0)
            return &tally->groups[i];
    return NULL;
}

static enum rule_state state_of(const struct rule_view *rule, const struct tally_group *hits, time_t now)
{
    if (rule->expires_at != 0 && (int64_t)now >= rule->expires_at)
        return RULE_EXPIRED;
    if (rule->expires_at != 0 && rule->expires_at - (int64_t)now <= DAYS_BEFORE * (int64_t)DAY)
        return RULE_EXPIRING;
    return hits != NULL ? RULE_ACTIVE : RULE_UNUSED;
}

static void add(struct rule_uses *uses, struct rule_use use)
{
    uses->items = text_grow(uses->items, uses->count + 1, sizeof *uses->items);
    uses->items[uses->count++] = use;
}

/* Those of the policy come first, and no two groups are of one rule. */
static bool is_in_policy(const struct rule_uses *uses, const char *name)
{
    for (size_t i = 0; i < uses->count && uses->items[i].in_policy; i++)
        if (strcmp(uses->items[i].name, name) == 0)
            return true;
    return false;
}

struct rule_uses rule_uses(const struct policy *policy, const struct tally *tally, time_t now)
{
    struct rule_uses uses = {.items = NULL};
    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        struct rule_use use = {.in_policy = true, .rule = policy_rule(policy, i)};
        use.name = use.rule.name;
        use.hits = hits_of(tally, use.name);
        use.state = state_of(&use.rule, use.hits, now);
        add(&uses, use);
    }
    for (size_t i = 0; i < tally->group_count; i++) {
        const char *name = gather_part(&tally->groups[i], 0);
        if (*name != '\0' && !is_in_policy(&uses, name))
            add(&uses, (struct rule_use){.name = name, .hits = &tally->groups[i], .state = RULE_NOT_IN_POLICY});
    }
    return uses;
}

void rule_uses_free(struct rule_uses *uses)
{
    free(uses->items);
}
