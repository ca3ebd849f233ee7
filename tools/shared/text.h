/*
 * Text that people look at: formatted, safe to show, coloured on a terminal only.
 * Memory shortage ends the command with a message: nothing here returns NULL.
 */
#ifndef TLSWARD_TEXT_H
#define TLSWARD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* asprintf(3). The caller frees the result. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* realloc(3) for `count` items of `size` bytes. */
void *text_grow(void *items, size_t count, size_t size);

/*
 * Bytes from a network or a file as UTF-8 text that cannot drive a terminal: control characters, invalid
 * UTF-8, line separators and bidirectional controls become \xNN. The caller frees the result.
 */
char *text_clean(const char *bytes, size_t length);

enum colour { COLOUR_GOOD, COLOUR_BAD, COLOUR_WARNING, COLOUR_STRONG, COLOUR_FAINT, COLOUR_OFF };

/* The escape sequence, or "" where `out` is no terminal or NO_COLOR (https://no-color.org) is set. */
const char *text_colour(FILE *out, enum colour colour);

/* For --color=WHEN: "always", "never", or "auto", which is as above. False where it is none of these. */
bool text_colour_when(const char *when);

#endif
