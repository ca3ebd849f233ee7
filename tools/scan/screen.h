/*
 * Text that fits a terminal. All of it is safe to show already, text_clean().
 */
#ifndef TLSWARD_SCREEN_H
#define TLSWARD_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How many columns there are to fill: those of the terminal that `out` is, and very many where it is none. */
size_t screen_width(FILE *out);

/* Prints a text in so many columns, cut in the middle where it has more; `fill` adds blanks where it has fewer. */
void screen_print(const char *text, size_t width, bool fill);

/* Prints a text in lines that begin with `indent` blanks and are not longer than `width`, broken at blanks. */
void screen_wrap(const char *text, size_t indent, size_t width);

#endif
