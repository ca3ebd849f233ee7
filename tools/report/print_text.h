/* The report as text, which print_text.c writes but for its larger parts. */
#ifndef TLSWARD_PRINT_TEXT_H
#define TLSWARD_PRINT_TEXT_H

#include "report/findings.h"

/* So many groups of a table are shown; the rest is counted in its last line. */
enum { TEXT_ROWS_MAX = 40 };

/* Columns of a terminal that has room for each fact in a column of its own. */
enum { TEXT_WIDE = 160 };

void text_print_title(const char *title);

/* How many of so many groups are not shown. */
void text_print_rest(size_t count);

/* Where in the code connections are made, and why no more is known of it. */
void text_print_call_sites(const struct report *report);

#endif
