/* The report as one page that needs nothing else: for a browser, from a file. */
#ifndef TLSWARD_PRINT_HTML_H
#define TLSWARD_PRINT_HTML_H

#include "report/findings.h"

/* So many rows of a table are on the page; the rest is summed below it. */
enum { PAGE_ROWS_MAX = 500 };

void report_print_html(const struct report *report, FILE *out);

/* Handshakes over time by what became of them, and certificates by when they end. */
void html_print_timeline(const struct report *report, FILE *out);
void html_print_ends(const struct report *report, FILE *out);

/* What the page looks like and what it can do: the contents of <style> and <script>. */
void html_print_style(FILE *out);
void html_print_script(FILE *out);

#endif
