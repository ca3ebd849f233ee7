#include "report/rule_use.h"

#include "report/gather.h"
#include "shared/text.h"

#include <stdlib.h>

enum { DAY = 86400, DAYS_BEFORE = 30 };

const char *rule_state_text(enum rule_state state)
{
    static const char *const texts[] = {"active", "unused", "expiring", "expired", "not-in-policy"};
    return texts[state];
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

/* Those of the policy come first, by their numbers; "" is that no rule decided. */
static void add_hits(struct rule_uses *uses, const struct tally_group *hits)
{
    const char *name = gather_part(hits, 0);
    size_t rule = rule_table_find(&uses->by_name, name);
    if (rule < uses->count)
        uses->items[rule].hits = hits;
    else if (*name != '\0')
        add(uses, (struct rule_use){.name = name, .hits = hits, .state = RULE_NOT_IN_POLICY});
}

struct rule_uses rule_uses(const struct policy *policy, const struct tally *tally, time_t now)
{
    struct rule_uses uses = {.by_name = rule_table_new(policy)};
    size_t rules = policy_rule_count(policy);
    for (size_t i = 0; i < rules; i++) {
        struct rule_view rule = policy_rule(policy, i);
        add(&uses, (struct rule_use){.name = rule.name, .in_policy = true, .rule = rule});
    }
    for (size_t i = 0; i < tally->group_count; i++)
        add_hits(&uses, &tally->groups[i]);
    for (size_t i = 0; i < rules; i++)
        uses.items[i].state = state_of(&uses.items[i].rule, uses.items[i].hits, now);
    return uses;
}

const char *rule_uses_owner(const struct rule_uses *uses, const char *name)
{
    size_t rule = rule_table_find(&uses->by_name, name);
    const char *owner = rule != RULE_TABLE_NONE ? uses->items[rule].rule.owner : NULL;
    return owner != NULL ? owner : "";
}

void rule_uses_free(struct rule_uses *uses)
{
    rule_table_free(&uses->by_name);
    free(uses->items);
}
