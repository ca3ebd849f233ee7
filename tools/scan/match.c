#include "scan/match_parts.h"

#include "scan/command_words.h"
#include "shared/text.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PATTERN_WINDOW = 400, SHOWN = 90 };

/* Of the rules that are patterns, by their index. */
static regex_t *patterns;

void match_compile(void)
{
    if (patterns != NULL)
        return;
    patterns = text_grow(NULL, scan_rule_count, sizeof *patterns);
    for (size_t i = 0; i < scan_rule_count; i++) {
        int flags = REG_EXTENDED | REG_NEWLINE | (scan_rules[i].exact_case ? 0 : REG_ICASE);
        if (scan_rules[i].form == FORM_PATTERN && regcomp(&patterns[i], scan_rules[i].detail, flags) != 0)
            abort(); /* the unit tests compile each */
    }
}

bool list_has(const char *list, const char *bytes, size_t length, bool folded)
{
    for (const char *item = list; item != NULL && *item != '\0';) {
        size_t size = strcspn(item, "|");
        if (size == length && (folded ? strncasecmp(item, bytes, size) : memcmp(item, bytes, size)) == 0)
            return true;
        item += size + (item[size] == '|');
    }
    return false;
}

const char *line_start(const struct scanned_text *text, const char *at)
{
    const char *newline = memrchr(text->start, '\n', (size_t)(at - text->start));
    return newline != NULL ? newline + 1 : text->start;
}

char *shown_slice(const char *start, const char *end)
{
    char *shown = text_grow(NULL, SHOWN + sizeof "…", 1);
    size_t length = 0;
    for (; start < end && length < SHOWN; start++) {
        bool blank = is_one_of(" \t\r\n", *start) || *start == '\0';
        if (!blank)
            shown[length++] = *start;
        else if (length > 0 && shown[length - 1] != ' ')
            shown[length++] = ' ';
    }
    memcpy(shown + length, start < end ? "…" : "", start < end ? sizeof "…" : 1);
    return shown;
}

/* A variable that is read, and not set: only there it has a dollar. */
static bool is_reading(const struct scanned_text *text, const char *name)
{
    static const file_kinds with_dollars =
        KIND_BIT(KIND_PHP) | KIND_BIT(KIND_PERL) | KIND_BIT(KIND_POWERSHELL) | KIND_BIT(KIND_RSYSLOG);
    if ((KIND_BIT(text->kind) & with_dollars) != 0 || name == text->start)
        return false;
    return name[-1] == '$' || (is_one_of("{(", name[-1]) && name - text->start > 1 && name[-2] == '$');
}

static bool stands_alone(const struct scan_rule *rule, const struct scanned_text *text, const char *name, size_t length)
{
    const char *before = name > text->start ? name - 1 : "\n";
    const char *after = name + length < text->end ? name + length : "\n";
    if (rule->exact_case && !list_has(rule->names, name, length, false))
        return false;
    if ((is_word_byte(*name) || *name == '-') && (is_word_byte(*before) || *before == '-' || is_reading(text, name)))
        return false;
    return !is_word_byte(name[length - 1]) || (!is_word_byte(*after) && *after != '-');
}

static bool match_line(const struct scanned_text *text, const char *name, size_t length, struct match *match)
{
    const char *before = line_start(text, name);
    const char *after = name + length;
    while (before < name && is_one_of(" \t", *before))
        before++;
    while (after < text->end && is_one_of(" \t\r", *after))
        after++;
    if (before < name || (after < text->end && *after != '\n'))
        return false;
    match->end = name + length;
    match->shown = shown_slice(name, match->end);
    return true;
}

static bool match_pattern(const struct scan_rule *rule, const struct scanned_text *text, const char *name,
                          struct match *match)
{
    char window[PATTERN_WINDOW + 1];
    regmatch_t found;
    size_t length = (size_t)(text->end - name) < PATTERN_WINDOW ? (size_t)(text->end - name) : PATTERN_WINDOW;
    memcpy(window, name, length);
    window[length] = '\0';
    if (regexec(&patterns[rule - scan_rules], window, 1, &found, 0) != 0 || found.rm_so != 0)
        return false;
    match->end = name + found.rm_eo;
    match->shown = shown_slice(name, match->end);
    return true;
}

/* The end of the command or of the text without blanks that a name is in. */
static const char *end_of_command(const struct scanned_text *text, const char *name, size_t length)
{
    const char *at = name + length;
    if (name[length - 1] == '/') { /* a URL */
        while (at < text->end && !is_one_of(" \t\r\n\"'`<>", *at))
            at++;
        return at;
    }
    struct command_words words = command_words_after(text->start, name, length, text->end);
    struct command_word word;
    while (command_words_next(&words, &word))
        continue;
    return words.at;
}

static bool contains(const char *start, const char *end, const char *bytes, size_t length)
{
    for (; (size_t)(end - start) >= length; start++)
        if (strncasecmp(start, bytes, length) == 0)
            return true;
    return false;
}

static bool match_absence(const struct scan_rule *rule, const struct scanned_text *text, const char *name,
                          size_t length, struct match *match)
{
    const char *start = rule->whole_file ? text->start : name;
    const char *end = rule->whole_file ? text->end : end_of_command(text, name, length);
    for (const char *needed = rule->detail; *needed != '\0';) {
        size_t size = strcspn(needed, "|");
        if (contains(start, end, needed, size))
            return false;
        needed += size + (needed[size] == '|');
    }
    match->end = name + length;
    match->shown = shown_slice(name, match->end);
    return true;
}

bool match_rule(const struct scan_rule *rule, const struct scanned_text *text, const char *name, size_t length,
                struct match *match)
{
    *match = (struct match){.start = name};
    if ((KIND_BIT(text->kind) & rule->where) == 0 || !stands_alone(rule, text, name, length))
        return false;
    switch (rule->form) {
    case FORM_SETTING:
        return match_setting(rule, text, name, length, match);
    case FORM_OPTION:
        return match_option(rule, text, name, length, match);
    case FORM_LINE:
        return match_line(text, name, length, match);
    case FORM_PATTERN:
        return match_pattern(rule, text, name, match);
    case FORM_ABSENCE:
        return match_absence(rule, text, name, length, match);
    case FORM_WORD:
        break;
    }
    match->end = name + length;
    match->shown = shown_slice(name, match->end);
    return true;
}
