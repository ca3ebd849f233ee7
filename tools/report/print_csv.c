/* The first of the tables that were asked for, as RFC 4180 has it. */
#include "report/sheet.h"

#include <string.h>

/*
 * Names come from whoever made a certificate, and a spreadsheet takes a text that begins with one of these for a
 * formula: an apostrophe before it makes it a text again.
 */
static void print_cell(const char *text, bool is_number)
{
    bool is_formula = !is_number && *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
    bool is_quoted = is_formula || strpbrk(text, ",\"\r\n") != NULL;
    if (!is_quoted) {
        fputs(text, stdout);
        return;
    }
    fputs(is_formula ? "\"'" : "\"", stdout);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

void report_print_csv(const struct report *report)
{
    const struct sheet *sheet = report_sheets(report)[0];
    for (size_t i = 0; i < sheet->column_count; i++)
        printf("%s%s", i > 0 ? "," : "", sheet_column_name(sheet, report, i));
    fputs("\r\n", stdout);
    for (size_t at = 0; at < sheet->row_count(report); at++) {
        struct sheet_row row = sheet_row(sheet, report, at);
        for (size_t i = 0; i < row.count; i++) {
            if (i > 0)
                putchar(',');
            print_cell(row.cells[i], sheet->columns[i].is_number);
        }
        fputs("\r\n", stdout);
        sheet_row_free(&row);
    }
}
