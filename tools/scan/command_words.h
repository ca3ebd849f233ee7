/*
 * The words of a command, as far as a text shows them: of a shell, of a list of texts as Dockerfiles, YAML and programs
 * write argument vectors, or of a line of curl's configuration.
 */
#ifndef TLSWARD_COMMAND_WORDS_H
#define TLSWARD_COMMAND_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct command_words {
    const char *at, *end;
    char enclosing; /* the quote that the command stands in, or 0 */
    bool list;      /* texts separated by commas, over lines */
};

struct command_word {
    const char *start; /* without quotes around it */
    size_t length;
    bool quoted;
};

/*
 * The words that follow the name of a program, which begins at `name` and has `length` bytes; the text is that between
 * `start` and `end`.
 */
struct command_words command_words_after(const char *start, const char *name, size_t length, const char *end);

/* False at the end of the command. */
bool command_words_next(struct command_words *words, struct command_word *word);

#endif
