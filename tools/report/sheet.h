/*
 * The tables of a report as rows of texts, for every form in which they are written as such. A row is made when it is
 * asked for, so that many rows need no memory.
 */
#ifndef TLSWARD_SHEET_H
#define TLSWARD_SHEET_H

#include "report/findings.h"

enum { SHEET_COLUMNS_MAX = 16 };

struct sheet_column {
    const char *name;  /* as --json has it */
    const char *title; /* as people read it */
    bool is_number;
};

struct sheet_row {
    char *cells[SHEET_COLUMNS_MAX]; /* never NULL up to the number of columns */
    size_t count;
    enum fate fate; /* the worst that happened in it */
    bool is_bad;    /* it ends soon, is weak, is expired */
};

struct sheet {
    const char *name;
    const char *title;
    const struct sheet_column *columns;
    size_t column_count;
    size_t (*row_count)(const struct report *report);
    void (*make_row)(const struct report *report, size_t at, struct sheet_row *row);
};

/* What was asked for: all of them, or the one of --by or --rules; a NULL ends them. */
const struct sheet *const *report_sheets(const struct report *report);

/* The name of a column, which --by decides for its own. */
const char *sheet_column_name(const struct sheet *sheet, const struct report *report, size_t column);

/* The row is the caller's, who gives it back with sheet_row_free(). */
struct sheet_row sheet_row(const struct sheet *sheet, const struct report *report, size_t at);
void sheet_row_free(struct sheet_row *row);

#endif
