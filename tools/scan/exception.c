#include "scan/exception.h"

#include "scan/byte_sets.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct scan_rule exception_malformed = {
    .id = "allow-malformed",
    .family = "exceptions",
    .title = "an exception is not understood, and accepts nothing",
    .severity = SEVERITY_MEDIUM,
    .reach = REACH_NO,
    .evidence = EVIDENCE_SOURCE,
    .mend = EXCEPTION_MARK " RULE owner=WHO reason=\"WHY\" expires=YYYY-MM-DD",
};

const struct scan_rule exception_unused = {
    .id = "allow-unused",
    .family = "exceptions",
    .title = "an exception accepts nothing that is there",
    .severity = SEVERITY_INFO,
    .reach = REACH_NO,
    .evidence = EVIDENCE_SOURCE,
    .mend = "remove it",
};

/* The next word, whose value may be quoted; the caller frees it. NULL at the end. */
static char *next_word(const char **at, const char *end)
{
    while (*at < end && is_one_of(" \t\r", **at))
        ++*at;
    char *word = text_grow(NULL, (size_t)(end - *at) + 1, 1);
    size_t length = 0;
    char quote = '\0';
    for (; *at < end && (quote != '\0' || !is_one_of(" \t\r", **at)); ++*at) {
        if (quote == '\0' && is_one_of("\"'", **at) && length > 0 && word[length - 1] == '=')
            quote = **at;
        else if (**at == quote)
            quote = '\0';
        else
            word[length++] = **at;
    }
    word[length] = '\0';
    if (length > 0)
        return word;
    free(word);
    return NULL;
}

static bool is_date(const char *text)
{
    struct tm day = {0};
    char again[sizeof "YYYY-MM-DD"];
    const char *end = strptime(text, "%Y-%m-%d", &day);
    return end != NULL && *end == '\0' && timegm(&day) != -1 && strftime(again, sizeof again, "%F", &day) > 0 &&
           strcmp(again, text) == 0;
}

/* False for a word that is no member of an exception. */
static bool take_member(struct exception *exception, const char *word)
{
    const struct {
        const char *name;
        char **value;
    } members[] = {{"owner=", &exception->owner}, {"reason=", &exception->reason}, {"expires=", &exception->expires}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (strncmp(word, members[i].name, strlen(members[i].name)) != 0)
            continue;
        free(*members[i].value);
        *members[i].value = text_clean(word + strlen(members[i].name), strlen(word + strlen(members[i].name)));
        return true;
    }
    return false;
}

static bool is_missing(const char *value)
{
    return value == NULL || *value == '\0';
}

static char *problem_of(const struct exception *exception, const char *id)
{
    if (id == NULL)
        return text_format("it names no rule");
    if (exception->rule == NULL) {
        char *clean = text_clean(id, strlen(id));
        char *problem = text_format("no rule is called %s", clean);
        free(clean);
        return problem;
    }
    if (is_missing(exception->owner))
        return text_format("it has no owner=");
    if (is_missing(exception->reason))
        return text_format("it has no reason=");
    if (is_missing(exception->expires))
        return text_format("it has no expires=");
    return is_date(exception->expires) ? NULL : text_format("its expires= is no day: YYYY-MM-DD");
}

struct exception exception_parse(const char *text, size_t length, const char *today)
{
    struct exception exception = {.rule = NULL};
    const char *at = text, *end = text + length;
    char *id = next_word(&at, end);
    exception.rule = id != NULL ? scan_rule_find(id) : NULL;
    for (char *word; (word = next_word(&at, end)) != NULL; free(word))
        take_member(&exception, word);
    exception.problem = problem_of(&exception, id);
    exception.expired = exception.problem == NULL && exception.expires != NULL && strcmp(exception.expires, today) < 0;
    free(id);
    return exception;
}

void exception_free(struct exception *exception)
{
    free(exception->problem);
    free(exception->owner);
    free(exception->reason);
    free(exception->expires);
}
