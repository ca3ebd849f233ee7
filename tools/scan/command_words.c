#include "scan/command_words.h"

#include "scan/byte_sets.h"

/* A command is no longer than this, and begins no further from the start of its line. */
enum { LONGEST = 65536, FARTHEST = 4096 };

/* The quote that is open at `at`, as its line shows it. */
static char open_quote(const char *start, const char *at)
{
    const char *line = at;
    char quote = '\0';
    while (line > start && at - line < FARTHEST && line[-1] != '\n')
        line--;
    for (; line < at; line++) {
        if (*line == '\\')
            line++;
        else if (*line == quote)
            quote = '\0';
        else if (quote == '\0' && is_one_of("\"'`", *line))
            quote = *line;
    }
    return quote;
}

struct command_words command_words_after(const char *start, const char *name, size_t length, const char *end)
{
    if (end - name > LONGEST)
        end = name + LONGEST;
    struct command_words words = {.at = name + length, .end = end, .enclosing = open_quote(start, name)};
    if (words.enclosing != '\0' && words.at < end && *words.at == words.enclosing) {
        words.at++; /* a text that is the name alone, as in ["curl", "-k"] */
        words.enclosing = '\0';
        words.list = true;
    }
    return words;
}

/* False where the command has ended. */
static bool skip_blanks(struct command_words *words)
{
    while (words->at < words->end) {
        char byte = *words->at;
        bool continued = byte == '\\' && words->at + 1 < words->end && is_one_of("\r\n", words->at[1]);
        if (continued)
            words->at += words->at[1] == '\r' && words->at + 2 < words->end ? 3 : 2;
        else if (byte == ' ' || byte == '\t' || (words->list && is_one_of(",\r\n", byte)))
            words->at++;
        else
            break;
    }
    return words->at < words->end && *words->at != words->enclosing &&
           !is_one_of(words->list ? "])};" : ";&|()\r\n`", *words->at);
}

bool command_words_next(struct command_words *words, struct command_word *word)
{
    static const char quotes[] = "\"'";
    if (!skip_blanks(words))
        return false;
    char quote = '\0';
    if (*words->at != words->enclosing && is_one_of(quotes, *words->at))
        quote = *words->at;
    word->quoted = quote != '\0';
    word->start = words->at += word->quoted;
    for (; words->at < words->end; words->at++) {
        char byte = *words->at;
        if (quote != '\0'
                ? byte == quote || byte == '\n'
                : byte == words->enclosing || is_one_of(words->list ? " \t\r\n,])}" : " \t\r\n;&|()`\"'", byte))
            break;
        if (byte == '\\' && words->at + 1 < words->end && words->at[1] != '\n')
            words->at++;
    }
    if (words->at > words->end)
        words->at = words->end;
    word->length = (size_t)(words->at - word->start);
    if (quote != '\0' && words->at < words->end && *words->at == quote)
        words->at++;
    /* What a quote is part of, as in --header="x", is one word with it for nobody who looks for options here. */
    return word->length > 0 || word->quoted;
}
