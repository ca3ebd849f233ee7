#include "scan/match_parts.h"

#include "shared/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct value {
    const char *start;
    size_t length;
    bool given;     /* something says that there is one, though it is empty */
    bool elsewhere; /* what is between it and the name has nothing to do with them */
};

static const char *skip(const struct scanned_text *text, const char *at, const char *bytes)
{
    while (at < text->end && is_one_of(bytes, *at))
        at++;
    return at;
}

/* The name of the section that a line is in: [http "URL"], [[registry]]. */
static bool is_in_section(const struct scanned_text *text, const char *at, const char *section)
{
    size_t length = strlen(section);
    for (const char *line = line_start(text, at); line > text->start;) {
        line = line_start(text, line - 1);
        const char *name = skip(text, line, " \t");
        if (*name != '[')
            continue;
        name = skip(text, name, "[ \t");
        return (size_t)(text->end - name) > length && strncasecmp(name, section, length) == 0 &&
               is_one_of(" \t\"].", name[length]);
    }
    return false;
}

/* The name is what a function is called with to set it, and not to ask for it: setenv("NAME", "1"). */
static bool is_argument_of_a_setter(const struct scanned_text *text, const char *name)
{
    const char *at = name;
    while (at > text->start && is_one_of("\"' \t", at[-1]))
        at--;
    if (at == text->start || at[-1] != '(' || at == name)
        return false;
    at--;
    return !((at - text->start >= 3 && strncasecmp(at - 3, "get", 3) == 0) ||
             (at - text->start >= 6 && strncasecmp(at - 6, "getenv", 6) == 0));
}

/* "- name: NAME\n  value: VALUE", as Kubernetes has variables. NULL where it is not that. */
static const char *value_of_pair(const struct scanned_text *text, const char *at)
{
    static const char key[] = "value";
    if (text->kind != KIND_YAML && text->kind != KIND_JSON)
        return NULL;
    at = skip(text, at, ", \t\r\n\"'");
    if ((size_t)(text->end - at) <= strlen(key) || memcmp(at, key, strlen(key)) != 0)
        return NULL;
    at = skip(text, at + strlen(key), "\"' \t");
    return at < text->end && *at == ':' ? at + 1 : NULL;
}

/* git takes settings from pairs of variables: GIT_CONFIG_KEY_n, GIT_CONFIG_VALUE_n. */
static const char *value_of_numbered_key(const struct scanned_text *text, const char *name)
{
    static const char key[] = "GIT_CONFIG_KEY_";
    const char *number = name;
    while (number > text->start && is_one_of("\"'=: \t", number[-1]))
        number--;
    while (number > text->start && is_one_of("0123456789", number[-1]))
        number--;
    if (number - text->start < (ptrdiff_t)strlen(key) || memcmp(number - strlen(key), key, strlen(key)) != 0)
        return NULL;
    char *wanted = text_format("GIT_CONFIG_VALUE_%.*s", (int)strspn(number, "0123456789"), number);
    const char *value = memmem(text->start, (size_t)(text->end - text->start), wanted, strlen(wanted));
    value = value != NULL ? skip(text, value + strlen(wanted), " \t\"'") : NULL;
    free(wanted);
    return value != NULL && value < text->end && is_one_of("=:", *value) ? value + 1 : NULL;
}

static bool is_comparison(const struct scanned_text *text, const char *at)
{
    return *at == '=' && at + 1 < text->end && is_one_of("=~", at[1]);
}

/* Behind the separator at `at`, if it is one of the rule's; `blanks` stood before it. NULL where there is none. */
static const char *behind_separator(const struct scan_rule *rule, const struct scanned_text *text, const char *name,
                                    const char *at, bool blanks)
{
    bool is_variable = (rule->separators & BY_BLANK_IN_DOCKERFILE) != 0;
    bool by_blank = (rule->separators & BY_BLANK) != 0 || (is_variable && text->kind == KIND_DOCKERFILE);
    if (at >= text->end || is_comparison(text, at))
        return NULL;
    if (at + 1 < text->end && at[0] == '=' && at[1] == '>')
        return (rule->separators & BY_ARROW) != 0 ? at + 2 : NULL;
    if (at + 1 < text->end && is_one_of(":?+", at[0]) && at[1] == '=' && !is_comparison(text, at + 1))
        at++;
    if (*at == '=')
        return (rule->separators & BY_EQUALS) != 0 ? at + 1 : NULL;
    if (*at == ':' && (at + 1 >= text->end || at[1] != ':'))
        return (rule->separators & BY_COLON) != 0 ? at + 1 : NULL;
    if (*at == ',' && (rule->separators & BY_COMMA) != 0 && (!is_variable || is_argument_of_a_setter(text, name)))
        return at + 1;
    if (*at == '(')
        return (rule->separators & BY_PARENTHESIS) != 0 ? at + 1 : NULL;
    return blanks && by_blank ? at : NULL;
}

static const char *behind_name(const struct scan_rule *rule, const struct scanned_text *text, const char *name,
                               size_t length)
{
    const char *end = skip(text, name + length, "\"'\\]})`");
    const char *value = value_of_pair(text, end);
    if (value != NULL)
        return value;
    const char *at = skip(text, end, " \t");
    return behind_separator(rule, text, name, at, at > end);
}

static struct value read_value(const struct scanned_text *text, const char *at)
{
    struct value value = {.given = at > text->start && is_one_of("=:,>(", at[-1])};
    at = skip(text, at, " \t");
    /* The lines of pip.conf that continue one begin with a blank. */
    while (text->kind == KIND_PIPCONF && at + 1 < text->end && *at == '\n' && is_one_of(" \t", at[1]))
        at = skip(text, at + 1, " \t");
    const char *start = skip(text, at, "\\\"'(:$");
    value.given = value.given || start > at;
    value.start = start;
    while (start < text->end && !is_one_of(" \t\r\n,;)}]\"'`&#|<>\\", *start) && *start != '\0')
        start++;
    value.length = (size_t)(start - value.start);
    return value;
}

static bool has(const struct value *value, const char *list)
{
    return list_has(list, value->start, value->length, true);
}

static bool switches_off(const struct scan_rule *rule, const struct value *value)
{
    static const char falsy[] = "0|false|no|off", truthy[] = "1|true|yes|on";
    bool empty = value->length == 0;
    switch (rule->value) {
    case VALUE_ANY:
        return !empty || value->given;
    case VALUE_PRESENT:
        return !empty;
    case VALUE_EMPTY:
        return empty && value->given;
    case VALUE_ZERO:
        return value->length == 1 && *value->start == '0';
    case VALUE_FALSY:
        return has(value, falsy);
    case VALUE_FALSY_OR_EMPTY:
        return (empty && value->given) || has(value, falsy);
    case VALUE_TRUTHY:
    case VALUE_TRUTHY_OR_BARE:
        return has(value, truthy);
    case VALUE_ENUM:
        return has(value, rule->detail);
    case VALUE_NONE:
        break;
    }
    return false;
}

/* Where the value could be anything, it is shown only if it is one of the words that everybody takes for a switch. */
static char *shown_setting(const struct scan_rule *rule, const char *name, size_t length, const struct value *value)
{
    if (value->elsewhere)
        return text_format("%.*s=%.*s", (int)length, name, (int)value->length, value->start);
    bool any = rule->value == VALUE_ANY || rule->value == VALUE_PRESENT;
    if (!any || value->length == 0 || has(value, "0|1|true|false|yes|no|on|off"))
        return shown_slice(name, value->start + value->length);
    char *before = shown_slice(name, value->start);
    char *shown = text_format("%s[…]", before);
    free(before);
    return shown;
}

/* Of a process a variable is a line, and what looks like one within another's value is none. */
static bool is_no_variable(const struct scan_rule *rule, const struct scanned_text *text, const char *name)
{
    bool is_variable = (rule->separators & BY_BLANK_IN_DOCKERFILE) != 0 && rule->exact_case;
    return is_variable && text->kind == KIND_ENVIRON && name != line_start(text, name);
}

bool match_setting(const struct scan_rule *rule, const struct scanned_text *text, const char *name, size_t length,
                   struct match *match)
{
    if (is_no_variable(rule, text, name) || (rule->section != NULL && !is_in_section(text, name, rule->section)))
        return false;
    const char *elsewhere = value_of_numbered_key(text, name);
    const char *at = elsewhere != NULL ? elsewhere : behind_name(rule, text, name, length);
    if (at == NULL) {
        match->end = name + length;
        match->shown = rule->value == VALUE_TRUTHY_OR_BARE && *name == '-' ? shown_slice(name, match->end) : NULL;
        return match->shown != NULL;
    }
    struct value value = read_value(text, at);
    if (!switches_off(rule, &value))
        return false;
    value.elsewhere = elsewhere != NULL;
    match->end = value.elsewhere ? name + length : value.start + value.length;
    match->shown = shown_setting(rule, name, length, &value);
    return true;
}
