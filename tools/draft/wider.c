#include "draft/wider.h"

#include "shared/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WORTH_A_WORD = 3 };

/* Behind the first label, where that is not the last but one: nobody means "*.example". */
static const char *domain_of(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot != NULL && strchr(dot + 1, '.') != NULL ? dot : NULL;
}

/* Appends a line as a comment, and frees the text. */
static char *add_line(char *text, const char *line, size_t length)
{
    char *longer = text_format("%s#   %.*s\n", text, (int)length, line);
    free(text);
    return longer;
}

/* The same as the narrow rule says, which holds nothing that a policy cannot, but for the destination. */
static char *rule_of(const struct matchers *matchers, const char *domain, uint64_t port, const struct remedy *remedy)
{
    static const char narrow[] = "destination = ";
    char *rule = text_format("%s", ""), *destination = text_format("%s*%s:%" PRIu64, narrow, domain, port);
    for (const char *line = matchers->lines; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strncmp(line, narrow, sizeof narrow - 1) != 0)
            rule = add_line(rule, line, strcspn(line, "\n"));
    rule = add_line(rule, destination, strlen(destination));
    for (size_t i = 0; i < remedy->count; i++)
        rule = add_line(rule, remedy->lines[i], strlen(remedy->lines[i]));
    free(destination);
    return rule;
}

void wider_add(struct wider *wider, struct event_record *record, const struct matchers *matchers,
               const struct remedy *remedy)
{
    struct slice expected = record_text(record, MEMBER_EXPECTED_NAME);
    char *name = text_format("%.*s", (int)expected.length, expected.text != NULL ? expected.text : "");
    const char *domain = strchr(name, ' ') == NULL ? domain_of(name) : NULL;
    char *rule = domain != NULL ? rule_of(matchers, domain, record_number(record, MEMBER_SERVER_PORT), remedy) : NULL;
    size_t at = 0;
    while (rule != NULL && at < wider->count && strcmp(wider->items[at].rule, rule) != 0)
        at++;
    if (rule != NULL && at == wider->count) {
        wider->items = text_grow(wider->items, wider->count + 1, sizeof *wider->items);
        wider->items[wider->count++] = (struct wider_group){.rule = text_format("%s", rule)};
    }
    if (rule != NULL)
        wider->items[at].count++;
    free(rule);
    free(name);
}

void wider_print(const struct wider *wider, FILE *out)
{
    for (size_t i = 0; i < wider->count; i++)
        if (wider->items[i].count >= WORTH_A_WORD)
            fprintf(out,
                    "\n# %zu of these rules could be one, which would be for every host of the domain, also for those "
                    "that nobody\n# has seen:\n%s",
                    wider->items[i].count, wider->items[i].rule);
}

void wider_free(struct wider *wider)
{
    for (size_t i = 0; i < wider->count; i++)
        free(wider->items[i].rule);
    free(wider->items);
}

bool draft_names_have(const struct draft_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

void draft_names_add(struct draft_names *names, const char *name)
{
    names->items = text_grow(names->items, names->count + 1, sizeof *names->items);
    names->items[names->count++] = text_format("%s", name);
}

void draft_names_free(struct draft_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}
