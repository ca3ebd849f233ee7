#include "shared/shebang.h"

#include "process/base_name.h"

#include <stdio.h>
#include <string.h>

/* Sets *word to the next blank-separated word at *cursor, within `end`. Returns its length, 0 at the end. */
static unsigned next_word(const char **cursor, const char *end, const char **word)
{
    while (*cursor < end && (**cursor == ' ' || **cursor == '\t'))
        ++*cursor;
    *word = *cursor;
    while (*cursor < end && **cursor != ' ' && **cursor != '\t' && **cursor != '\r')
        ++*cursor;
    return (unsigned)(*cursor - *word);
}

static bool word_is(const char *word, unsigned length, const char *text)
{
    return length == strlen(text) && memcmp(word, text, length) == 0;
}

static bool is_env(const char *interpreter)
{
    return strcmp(base_name(interpreter), "env") == 0;
}

/* The first word after env's own options and assignments, env(1). */
static void parse_env(const char *cursor, const char *end, struct shebang *shebang)
{
    const char *word;
    for (unsigned length; (length = next_word(&cursor, end, &word)) > 0;) {
        if (word_is(word, length, "-i") || word_is(word, length, "-") ||
            word_is(word, length, "--ignore-environment") || word_is(word, length, "-iS")) {
            shebang->clears_environment = true;
        } else if (word_is(word, length, "-u") || word_is(word, length, "-C")) {
            next_word(&cursor, end, &word);
        } else if (length > 2 && memcmp(word, "-S", 2) == 0) {
            cursor = word + 2; /* "-Spython3" */
        } else if (word[0] != '-' && memchr(word, '=', length) == NULL) {
            snprintf(shebang->command, sizeof shebang->command, "%.*s", (int)length, word);
            return;
        }
    }
}

bool shebang_parse(const char *head, unsigned length, struct shebang *shebang)
{
    *shebang = (struct shebang){.clears_environment = false};
    if (length < 2 || head[0] != '#' || head[1] != '!')
        return false;
    const char *newline = memchr(head, '\n', length);
    const char *end = newline != NULL ? newline : head + length;
    const char *cursor = head + 2;
    const char *word;
    unsigned size = next_word(&cursor, end, &word);
    snprintf(shebang->interpreter, sizeof shebang->interpreter, "%.*s", (int)size, word);
    if (is_env(shebang->interpreter))
        parse_env(cursor, end, shebang);
    return size > 0;
}
