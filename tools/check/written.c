#include "check/written.h"

#include "policy/config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

static const char *skip(const char *text)
{
    return text + strspn(text, blanks);
}

static bool is_assignment(const char *line, const char *key, const char *value)
{
    const char *at = skip(line);
    size_t length = strlen(key);
    if (strncmp(at, key, length) != 0 || *(at = skip(at + length)) != '=')
        return false;
    at = skip(at + 1);
    length = value != NULL ? strlen(value) : 0;
    return value == NULL || (strncmp(at, value, length) == 0 && *skip(at + length) == '\0');
}

/* Whether the section that is sought begins at a line. */
static bool begins_section(const char *line, unsigned number, unsigned header)
{
    static const char policy[] = "policy";
    if (header > 0)
        return number == header;
    const char *at = skip(line);
    if (*at != '[')
        return false;
    at = skip(at + 1);
    return strncmp(at, policy, strlen(policy)) == 0 && *skip(at + strlen(policy)) == ']';
}

/* The line in the section with the header in line `header`, 0: of [policy]; 0 where there is none. */
static unsigned line_in(const char *path, unsigned header, const char *key, const char *value)
{
    char *line = NULL;
    size_t size = 0;
    bool inside = false;
    unsigned found = 0;
    FILE *policy = fopen(path, "re");
    for (unsigned number = 1; policy != NULL && found == 0 && getline(&line, &size, policy) >= 0; number++) {
        if (*skip(line) == '[' && inside && header > 0)
            break;
        if (*skip(line) == '[')
            inside = begins_section(line, number, header);
        else if (inside && is_assignment(line, key, value))
            found = number;
    }
    free(line);
    if (policy != NULL)
        fclose(policy);
    return found;
}

static struct written written_in_policy(const struct policy *policy, const char *key, const char *value)
{
    const char *const *files = policy_files(policy);
    struct written written = {.file = files[0]};
    for (; *files != NULL; files++) {
        unsigned line = line_in(*files, 0, key, value);
        if (line > 0)
            written = (struct written){.file = *files, .line = line};
    }
    return written;
}

struct written written_at(const struct policy *policy, size_t rule, const char *key, const char *value)
{
    if (rule == POLICY_SECTION)
        return written_in_policy(policy, key, value);
    const struct rule_view view = policy_rule(policy, rule);
    unsigned line = key != NULL ? line_in(view.file, view.line, key, value) : 0;
    return (struct written){.file = view.file, .line = line > 0 ? line : view.line};
}
