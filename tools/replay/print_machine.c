#include "replay/replay_print.h"

#include "events/timestamp.h"
#include "policy/policy_rules.h"
#include "shared/json_text.h"
#include "shared/junit.h"
#include "shared/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void replay_print(const struct replay_result *result, enum replay_format format)
{
    reading_print_damage(result->reading, stderr);
    switch (format) {
    case REPLAY_JSON:
        replay_print_json(result);
        break;
    case REPLAY_JUNIT:
        replay_print_junit(result);
        break;
    case REPLAY_GITHUB:
        replay_print_github(result);
        break;
    default:
        replay_print_text(result);
    }
}

static json_t *json_part(const struct tally_group *group, enum change_part part)
{
    const char *text = replay_part(group, part);
    return *text != '\0' ? json_text(text) : json_null();
}

static json_t *json_time(int64_t milliseconds)
{
    char text[TIMESTAMP_SIZE];
    return json_string(timestamp_write(milliseconds, text));
}

static json_t *json_group(const struct tally_group *group)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "change", change_text(change_of_group(group)),
                     "program", json_part(group, PART_PROGRAM), "script", json_part(group, PART_SCRIPT), "destination",
                     json_part(group, PART_DESTINATION), "reason", json_part(group, PART_REASON), "rule",
                     json_part(group, PART_RULE), "handshakes", (json_int_t)tally_handshakes(group), "first",
                     json_time(group->first), "last", json_time(group->last));
}

static json_t *json_rules(const struct replay_result *result)
{
    json_t *rules = json_array();
    for (size_t i = 0; i < result->changes->rule_count; i++) {
        const struct rule_view rule = policy_rule(result->policies->new, i);
        json_array_append_new(rules, json_pack("{s:o, s:o, s:i, s:o, s:o, s:I}", "rule", json_text(rule.name), "file",
                                               json_text(rule.file), "line", (int)rule.line, "owner",
                                               json_text(rule.owner), "expires", json_text(rule.expires), "handshakes",
                                               (json_int_t)result->changes->rule_hits[i]));
    }
    return rules;
}

void replay_print_json(const struct replay_result *result)
{
    const struct tally *tally = &result->changes->tally;
    json_t *counts = json_object(), *groups = json_array();
    for (int change = 0; change < CHANGE_COUNT; change++)
        json_object_set_new(counts, change_text((enum change)change),
                            json_integer((json_int_t)result->changes->by_change[change]));
    for (size_t i = 0; i < tally->group_count; i++)
        json_array_append_new(groups, json_group(&tally->groups[i]));
    bool any = tally->totals.events > 0;
    json_print(json_pack(
        "{s:o, s:o, s:o, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "at", json_time((int64_t)result->policies->at * 1000),
        "oldest", any ? json_time(tally->totals.oldest) : json_null(), "newest",
        any ? json_time(tally->totals.newest) : json_null(), "events", (json_int_t)tally->totals.events, "dropped",
        (json_int_t)tally->totals.dropped, "damaged", (json_int_t)result->reading->damaged, "complete",
        !result->incomplete, "handshakes", counts, "groups", groups, "rules", json_rules(result)));
}

/* "/opt/acme/sync to ldap.corp.example:636" */
static char *name_of(const struct tally_group *group)
{
    const char *script = replay_part(group, PART_SCRIPT);
    return text_format("%s%s%s to %s", replay_part(group, PART_PROGRAM), *script != '\0' ? " " : "", script,
                       replay_part(group, PART_DESTINATION));
}

static char *text_of(const struct tally_group *group)
{
    return text_format("%s: %s (%s, %" PRIu64 " handshakes)", change_text(change_of_group(group)),
                       replay_part(group, PART_REASON), replay_rule(group), tally_handshakes(group));
}

void replay_print_junit(const struct replay_result *result)
{
    const struct tally *tally = &result->changes->tally;
    struct junit_case *cases = text_grow(NULL, tally->group_count + 1, sizeof *cases);
    for (size_t i = 0; i < tally->group_count; i++) {
        enum change change = change_of_group(&tally->groups[i]);
        char *text = text_of(&tally->groups[i]);
        cases[i] = (struct junit_case){.group = change_text(change), .name = name_of(&tally->groups[i])};
        if (change <= CHANGE_EXPIRED)
            cases[i].failure = text;
        else if (change == CHANGE_CANNOT_TELL)
            cases[i].skipped = text;
        else
            cases[i].output = text;
    }
    junit_print(stdout, "tlsward replay", cases, tally->group_count);
    for (size_t i = 0; i < tally->group_count; i++) {
        free((char *)cases[i].name);
        free((char *)cases[i].failure);
        free((char *)cases[i].skipped);
        free((char *)cases[i].output);
    }
    free(cases);
}

/* "::error title=…::…": a workflow command, in which '%', ':' and ',' stand for something else. */
static void print_escaped(const char *text)
{
    char *clean = text_clean(text, strlen(text));
    for (const char *c = clean; *c != '\0'; c++)
        if (*c == '%' || *c == ':' || *c == ',')
            printf("%%%02X", (unsigned char)*c);
        else
            putchar(*c);
    free(clean);
}

void replay_print_github(const struct replay_result *result)
{
    const struct tally *tally = &result->changes->tally;
    for (size_t i = 0; i < tally->group_count; i++) {
        enum change change = change_of_group(&tally->groups[i]);
        if (change > CHANGE_CANNOT_TELL)
            continue;
        char *name = name_of(&tally->groups[i]), *text = text_of(&tally->groups[i]);
        printf("::%s title=", change <= CHANGE_EXPIRED ? "error" : "warning");
        print_escaped(name);
        fputs("::", stdout);
        print_escaped(text);
        putchar('\n');
        free(name);
        free(text);
    }
}
