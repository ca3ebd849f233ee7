#include "scan/match_parts.h"

#include "scan/command_words.h"
#include "shared/text.h"

#include <string.h>

enum { NEAR = 512 };

/* A package of that name, and not the program: "apt-get install curl". */
static bool is_installed(const struct scanned_text *text, const char *name)
{
    static const char *const verbs[] = {" install ", " add ", " -S "};
    const char *start = name;
    while (start > text->start && name - start < NEAR && !is_one_of("\n;&|(`", start[-1]))
        start--;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (memmem(start, (size_t)(name - start), verbs[i], strlen(verbs[i])) != NULL)
            return true;
    return false;
}

/* One of the short options in a word of them. `takes_next`: one of them wants the next word as its value. */
static bool bundle_has(const struct scan_rule *rule, const struct command_word *word, bool *takes_next)
{
    for (size_t i = 1; i < word->length && is_word_byte(word->start[i]); i++) {
        const char option[] = {'-', word->start[i]};
        if (list_has(rule->detail, option, sizeof option, false))
            return true;
        if (rule->takes != NULL && is_one_of(rule->takes, word->start[i])) {
            *takes_next = i + 1 == word->length;
            return false;
        }
    }
    return false;
}

bool match_option(const struct scan_rule *rule, const struct scanned_text *text, const char *name, size_t length,
                  struct match *match)
{
    const char *after = name + length < text->end ? name + length : "\n";
    struct command_words words = command_words_after(text->start, name, length, text->end);
    struct command_word word;
    if (!is_one_of(" \t\"'\\", *after) || (name > text->start && name[-1] == '.') || is_installed(text, name))
        return false;
    for (bool first = true; command_words_next(&words, &word); first = false) {
        bool takes_next = false;
        if (word.length < 2 || word.start[0] != '-')
            continue;
        if (word.length == 2 && word.start[1] == '-')
            return false;
        if (list_has(rule->detail, word.start, word.length, false) ||
            (word.start[1] != '-' && bundle_has(rule, &word, &takes_next))) {
            match->end = word.start + word.length;
            match->shown = text_format("%.*s%s%.*s", (int)length, name, first ? " " : " … ",
                                       (int)(word.length < 60 ? word.length : 60), word.start);
            return true;
        }
        if (takes_next)
            command_words_next(&words, &word);
    }
    return false;
}
