#include "replay/replay_print.h"

#include "events/timestamp.h"
#include "policy/policy_rules.h"
#include "shared/text.h"
#include "shared/text_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 50 }; /* groups of a kind; the rest is summed */

static const char *title_of(enum change change)
{
    static const char *const titles[] = {"newly blocked", "newly blocked, as an exception will have ended",
                                         "cannot tell",   "newly allowed",
                                         "still blocked", "unchanged"};
    return titles[change];
}

const char *replay_part(const struct tally_group *group, enum change_part part)
{
    return tally_part(group, part).text; /* a text of the tally's, which has a NUL behind it */
}

const char *replay_rule(const struct tally_group *group)
{
    const char *rule = replay_part(group, PART_RULE);
    return *rule != '\0' ? rule : "[policy]";
}

static void add_row(struct text_table *table, const struct tally_group *group)
{
    char last[TIMESTAMP_SIZE];
    const char *script = replay_part(group, PART_SCRIPT);
    char *count = text_format("%" PRIu64, tally_handshakes(group));
    char *who = text_format("%s%s%s", replay_part(group, PART_PROGRAM), *script != '\0' ? " " : "", script);
    text_table_add(table, COLOUR_OFF,
                   (const char *const[]){count, who, replay_part(group, PART_DESTINATION),
                                         replay_part(group, PART_REASON), replay_rule(group),
                                         timestamp_write(group->last, last)});
    free(count);
    free(who);
}

static void print_change(const struct replay_result *result, enum change change)
{
    static const struct table_column columns[] = {{"handshakes", ALIGN_RIGHT}, {"program", ALIGN_LEFT},
                                                  {"destination", ALIGN_LEFT}, {"why", ALIGN_LEFT},
                                                  {"rule", ALIGN_LEFT},        {"last seen", ALIGN_RIGHT}};
    const struct tally *tally = &result->changes->tally;
    struct text_table table = text_table(columns, sizeof columns / sizeof columns[0]);
    size_t count = 0;
    for (size_t i = 0; i < tally->group_count; i++)
        if (change_of_group(&tally->groups[i]) == change && count++ < SHOWN_MAX)
            add_row(&table, &tally->groups[i]);
    if (count == 0)
        return;
    printf("\n%s%s%s\n", text_colour(stdout, change <= CHANGE_EXPIRED ? COLOUR_BAD : COLOUR_STRONG), title_of(change),
           text_colour(stdout, COLOUR_OFF));
    text_table_print(&table, stdout, 2);
    if (count > SHOWN_MAX)
        printf("  and %zu more\n", count - SHOWN_MAX);
}

static void print_unused(const struct replay_result *result)
{
    const struct changes *changes = result->changes;
    bool first = true;
    for (size_t i = 0; i < changes->rule_count; i++) {
        const struct rule_view rule = policy_rule(result->policies->new, i);
        if (changes->rule_hits[i] > 0 || rule.included)
            continue;
        if (first)
            printf("\n%srules that no handshake met%s\n", text_colour(stdout, COLOUR_STRONG),
                   text_colour(stdout, COLOUR_OFF));
        first = false;
        bool ended = rule.expires_at != 0 && (int64_t)result->policies->at >= rule.expires_at;
        printf("  %s  %s:%u%s%s\n", rule.name, rule.file, rule.line, ended ? "  expired " : "",
               ended ? rule.expires : "");
    }
}

static void print_head(const struct replay_result *result)
{
    const struct tally_totals *totals = &result->changes->tally.totals;
    char from[TIMESTAMP_SIZE], to[TIMESTAMP_SIZE], at[TIMESTAMP_SIZE];
    bool exact;
    uint64_t hosts = distinct_count(&totals->hosts, &exact);
    if (totals->events > 0)
        printf("period       %s to %s\n", timestamp_write(totals->oldest, from), timestamp_write(totals->newest, to));
    printf("events       %" PRIu64 " of %" PRIu64 " host%s, %" PRIu64 " dropped, %" PRIu64 " damaged lines\n",
           totals->events, hosts, hosts == 1 ? "" : "s", totals->dropped, result->reading->damaged);
    printf("policy       %s, at %s\n", result->policy, timestamp_write((int64_t)result->policies->at * 1000, at));
    printf("compared to  %s\n", result->policies->old_is_given ? "the other policy" : "what was done then");
}

void replay_print_text(const struct replay_result *result)
{
    print_head(result);
    fputs("handshakes  ", stdout);
    for (int change = 0; change < CHANGE_COUNT; change++)
        printf("%s %" PRIu64 " %s", change > 0 ? "," : "", result->changes->by_change[change],
               change_text((enum change)change));
    putchar('\n');
    for (int change = 0; change < CHANGE_STILL_BLOCKED; change++)
        print_change(result, (enum change)change);
    print_unused(result);
    if (result->changes->tally.totals.handshakes == 0)
        puts("\nno handshake was read: nothing is known");
}
