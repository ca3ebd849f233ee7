/*
 * A table for people: columns as wide as what is in them, and narrower where the terminal is, cut in the middle, so
 * that a row is one line. In a pipe nothing is cut.
 */
#ifndef TLSWARD_TEXT_TABLE_H
#define TLSWARD_TEXT_TABLE_H

#include "shared/text.h"

#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 12 };

enum table_align { ALIGN_LEFT, ALIGN_RIGHT /* numbers: never cut */ };

struct table_column {
    const char *title;
    enum table_align align;
};

struct text_table {
    const struct table_column *columns;
    size_t column_count;
    char **cells; /* row by row */
    enum colour *colours;
    size_t row_count;
};

struct text_table text_table(const struct table_column *columns, size_t count);

/* Adds a row of as many cells as there are columns, which are copied and made safe to show; NULL is "". */
void text_table_add(struct text_table *table, enum colour colour, const char *const *cells);

/* Prints it, each line with `indent` blanks before it, and frees it. */
void text_table_print(struct text_table *table, FILE *out, size_t indent);

/* A text in so many columns, filled up with blanks, or cut in the middle: its end tells more than its middle. */
void text_print_fitted(FILE *out, const char *text, size_t width);

/* How many columns a text takes. */
size_t text_width(const char *text);

/* How many columns the terminal has that `out` is; SIZE_MAX where it is none. COLUMNS counts before what it says. */
size_t terminal_width(FILE *out);

#endif
