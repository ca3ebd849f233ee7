#include "replay/changes.h"

#include "events/count.h"
#include "policy/policy_rules.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *change_text(enum change change)
{
    static const char *const texts[] = {"newly-blocked", "expired",       "cannot-tell",
                                        "newly-allowed", "still-blocked", "unchanged"};
    return texts[change];
}

struct changes changes_new(const struct policies *policies)
{
    static const enum member kept[] = {MEMBER_SERVER_IP, MEMBER_SUBJECT, MEMBER_PUBLIC_KEY_PIN};
    struct changes changes = {.tally = tally_new(NULL, 0, kept, sizeof kept / sizeof kept[0]),
                              .rules = rule_table_new(policies->new),
                              .rule_count = policy_rule_count(policies->new)};
    changes.rule_hits = text_grow(NULL, changes.rule_count + 1, sizeof *changes.rule_hits);
    memset(changes.rule_hits, 0, (changes.rule_count + 1) * sizeof *changes.rule_hits);
    return changes;
}

static void count_rule(struct changes *changes, const char *name, uint64_t count)
{
    size_t rule = name != NULL ? rule_table_find(&changes->rules, name) : RULE_TABLE_NONE;
    if (rule != RULE_TABLE_NONE)
        count_add(&changes->rule_hits[rule], count);
}

static bool was_blocked(const struct policies *policies, struct seen *seen)
{
    if (!policies->old_is_given)
        return seen->action == ACTION_BLOCKED;
    return evaluate(policies->old, policies->old, seen, policies->at).verdict.action == ACTION_BLOCKED;
}

/* What the program itself refuses stays so under every policy, and is nothing that one could change. */
static enum change change_between(const struct policies *policies, struct seen *seen,
                                  const struct evaluation *evaluation)
{
    if (evaluation->missing != NULL)
        return CHANGE_CANNOT_TELL;
    bool blocked = evaluation->verdict.action == ACTION_BLOCKED, before = was_blocked(policies, seen);
    if (blocked && !before)
        return evaluation->settings.expired_rule != NULL ? CHANGE_EXPIRED : CHANGE_NEWLY_BLOCKED;
    if (blocked && before)
        return seen->fate == FATE_REFUSED ? CHANGE_NONE : CHANGE_STILL_BLOCKED;
    return before ? CHANGE_NEWLY_ALLOWED : CHANGE_NONE;
}

static struct slice slice_or_empty(const char *text)
{
    return text != NULL ? slice_of(text) : (struct slice){"", 0};
}

static struct slice destination_of(const struct seen *seen, char *text, size_t size)
{
    const struct destination *destination = &seen->destinations[0];
    const char *host = destination->name != NULL ? destination->name : destination->address;
    bool brackets = host != NULL && strchr(host, ':') != NULL;
    snprintf(text, size, "%s%s%s", brackets ? "[" : "", host != NULL ? host : "?", brackets ? "]" : "");
    if (destination->port != 0)
        snprintf(text + strlen(text), size - strlen(text), ":%u", destination->port);
    return slice_of(text);
}

void changes_add(struct changes *changes, const struct policies *policies, struct event_record *record)
{
    struct seen seen;
    char digit[2] = "", destination[PEER_NAME_MAX + 16];
    if (!seen_read(&seen, record)) {
        tally_count_alone(&changes->tally, record);
        return;
    }
    struct evaluation evaluation = evaluate(policies->new, policies->old, &seen, policies->at);
    enum change change = change_between(policies, &seen, &evaluation);
    const char *reason = evaluation.missing;
    if (reason == NULL && evaluation.verdict.reason != REASON_NONE)
        reason = reason_text(evaluation.verdict.reason);
    digit[0] = (char)('0' + change);
    const struct slice parts[PART_COUNT] = {
        [PART_CHANGE] = slice_of(digit),
        [PART_PROGRAM] = slice_or_empty(seen.process.executable),
        [PART_SCRIPT] = slice_or_empty(seen.process.script.name),
        [PART_DESTINATION] = destination_of(&seen, destination, sizeof destination),
        [PART_REASON] = slice_or_empty(reason),
        [PART_RULE] =
            slice_or_empty(change == CHANGE_EXPIRED ? evaluation.settings.expired_rule : evaluation.settings.rule)};
    tally_count(&changes->tally, tally_group(&changes->tally, parts, PART_COUNT), record);
    count_add(&changes->by_change[change], record_count(record));
    count_rule(changes, evaluation.settings.rule, record_count(record));
}

void changes_merge(struct changes *changes, struct changes *other)
{
    tally_merge(&changes->tally, &other->tally);
    for (size_t i = 0; i < CHANGE_COUNT; i++)
        count_add(&changes->by_change[i], other->by_change[i]);
    for (size_t i = 0; i < changes->rule_count; i++)
        count_add(&changes->rule_hits[i], other->rule_hits[i]);
    changes_free(other);
}

enum change change_of_group(const struct tally_group *group)
{
    return (enum change)(*tally_part(group, PART_CHANGE).text - '0');
}

static int by_change(const void *a, const void *b)
{
    const struct tally_group *one = a, *other = b;
    int change = (int)change_of_group(one) - (int)change_of_group(other);
    uint64_t left = tally_handshakes(one), right = tally_handshakes(other);
    if (change != 0)
        return change;
    return left != right ? (left < right) - (left > right) : tally_compare_keys(one, other);
}

void changes_finish(struct changes *changes)
{
    tally_finish(&changes->tally);
    if (changes->tally.group_count > 0)
        qsort(changes->tally.groups, changes->tally.group_count, sizeof *changes->tally.groups, by_change);
}

void changes_free(struct changes *changes)
{
    tally_free(&changes->tally);
    rule_table_free(&changes->rules);
    free(changes->rule_hits);
}
