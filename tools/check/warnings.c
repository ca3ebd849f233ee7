#include "check/warnings.h"

#include "policy/config_file.h"
#include "shared/program_link.h"
#include "shared/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* Takes over `message`. */
static void add(struct warnings *warnings, const char *file, unsigned line, const char *rule, char *message)
{
    warnings->items = text_grow(warnings->items, warnings->count + 1, sizeof *warnings->items);
    warnings->items[warnings->count++] =
        (struct warning){.rule = rule, .file = text_format("%s", file), .line = line, .message = message};
}

static void add_links(struct warnings *warnings, const struct policy *policy)
{
    struct rule_cursor cursor = {0};
    struct rule_value program;
    while (policy_next_program(policy, &cursor, &program)) {
        char *resolved = program_link_resolved(program.text);
        if (resolved != NULL)
            add(warnings, program.file, program.line, program.rule,
                text_format("program = %s leads through a link, so no program has that path: write %s", program.text,
                            resolved));
        free(resolved);
    }
}

static void add_unknown_users(struct warnings *warnings, const struct policy *policy)
{
    struct rule_cursor cursor = {0};
    struct rule_value user;
    while (policy_next_unknown_user(policy, &cursor, &user))
        add(warnings, user.file, user.line, user.rule,
            text_format("user = %s matches nobody: /etc/passwd has no such name", user.text));
}

static void add_unread_files(struct warnings *warnings, const char *directory)
{
    char *drop_ins = text_format("%s/policy.d", directory);
    DIR *entries = opendir(drop_ins);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || config_file_is_policy_name(name))
            continue;
        char *shown = text_clean(name, strlen(name));
        char *file = text_format("%s/%s", drop_ins, shown);
        add(warnings, file, 0, NULL,
            text_format("is not read: the name of a policy file ends in .conf and does not begin with a dot"));
        free(shown);
        free(file);
    }
    if (entries != NULL)
        closedir(entries);
    free(drop_ins);
}

struct warnings warnings_of(const struct policy *policy, const char *directory)
{
    struct warnings warnings = {.items = NULL};
    add_links(&warnings, policy);
    add_unknown_users(&warnings, policy);
    add_unread_files(&warnings, directory);
    return warnings;
}

void warnings_free(struct warnings *warnings)
{
    for (size_t i = 0; i < warnings->count; i++) {
        free(warnings->items[i].file);
        free(warnings->items[i].message);
    }
    free(warnings->items);
}
