#include "check/lint.h"

#include "check/cover.h"
#include "shared/program_link.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

static void add_links(const struct policy *policy, size_t rule, struct findings *findings)
{
    const char *program;
    for (size_t i = 0; (program = policy_rule_value(policy, rule, "program", i)) != NULL; i++) {
        char *resolved = program_link_resolved(program);
        if (resolved != NULL)
            lint_warn(findings, "program-is-link", policy, rule, "program", program,
                      text_format("program = %s leads through a link, so no program has that path: write %s", program,
                                  resolved));
        free(resolved);
    }
}

static void add_unknown_users(const struct policy *policy, size_t rule, struct findings *findings)
{
    const char *user;
    for (size_t i = 0; (user = policy_rule_value(policy, rule, "user", i)) != NULL; i++)
        if (!policy_rule_user_is_known(policy, rule, i))
            lint_warn(findings, "unknown-user", policy, rule, "user", user,
                      text_format("user = %s matches nobody: /etc/passwd has no such name", user));
}

static void add_unknown_groups(const struct policy *policy, size_t rule, struct findings *findings)
{
    const char *group;
    for (size_t i = 0; (group = policy_rule_value(policy, rule, "group", i)) != NULL; i++)
        if (!policy_rule_group_is_known(policy, rule, i))
            lint_warn(findings, "unknown-group", policy, rule, "group", group,
                      text_format("group = %s matches nobody: /etc/group has no such name", group));
}

/* Names in which no public or private host has its place: whoever writes them means something else (RFC 6761, 2606). */
static const char *why_no_host(const char *destination)
{
    size_t length = strcspn(destination, ":");
    if (length > 8 && strncmp(destination + length - 8, ".invalid", 8) == 0)
        return "no name below .invalid is ever found (RFC 6761)";
    for (const char *label = destination; label < destination + length; label += strcspn(label, ".:") + 1) {
        size_t size = strcspn(label, ".:");
        if (size > 0 && (label[0] == '-' || label[size - 1] == '-'))
            return "no label of a host name begins or ends with '-' (RFC 1123, 2.1)";
    }
    return NULL;
}

static void add_impossible_destinations(const struct policy *policy, size_t rule, struct findings *findings)
{
    const char *destination;
    for (size_t i = 0; (destination = policy_rule_value(policy, rule, "destination", i)) != NULL; i++) {
        const char *why = *destination != '[' ? why_no_host(destination) : NULL;
        if (why != NULL)
            lint_warn(findings, "impossible-destination", policy, rule, "destination", destination,
                      text_format("destination = %s matches nothing: %s", destination, why));
    }
}

/* Whether this value of a matcher leaves nothing out. */
static bool is_everything(const char *key, const char *value)
{
    if (strcmp(key, "destination") == 0)
        return strcmp(value, "0.0.0.0/0") == 0 || strcmp(value, "::/0") == 0;
    return cover_glob(value, "*") || (strcmp(key, "program") == 0 && cover_glob(value, "/*"));
}

static void add_everything(const struct policy *policy, size_t rule, struct findings *findings)
{
    static const char *const keys[] = {"program", "script", "unit", "destination"};
    const char *value;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        for (size_t j = 0; (value = policy_rule_value(policy, rule, keys[i], j)) != NULL; j++)
            if (is_everything(keys[i], value))
                lint_warn(findings, "matches-everything", policy, rule, keys[i], value,
                          text_format("%s = %s matches everything: name what is meant, or leave %s out", keys[i], value,
                                      keys[i]));
}

static void add_hidden(const struct policy *policy, const struct cover_rules *rules, size_t rule,
                       struct findings *findings)
{
    for (size_t earlier = 0; earlier < rule; earlier++) {
        if (!cover_rule(rules, earlier, rule))
            continue;
        const struct rule_view first = policy_rule(policy, earlier);
        lint_warn(findings, "never-matches", policy, rule, NULL, NULL,
                  text_format("never matches: rule %s (%s:%u) stands before it and takes all that it is for",
                              first.name, first.file, first.line));
        return;
    }
}

void lint_matchers(const struct policy *policy, struct findings *findings)
{
    struct cover_rules *rules = cover_rules(policy);
    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        add_links(policy, i, findings);
        add_unknown_users(policy, i, findings);
        add_unknown_groups(policy, i, findings);
        add_impossible_destinations(policy, i, findings);
        add_everything(policy, i, findings);
        add_hidden(policy, rules, i, findings);
    }
    cover_rules_free(rules);
}
