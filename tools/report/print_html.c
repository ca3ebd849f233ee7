#include "report/print_html.h"

#include "events/timestamp.h"
#include "report/sheet.h"
#include "shared/markup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void print_fact(FILE *out, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void print_fact(FILE *out, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(out, "<dt>%s</dt><dd>", name);
    vfprintf(out, format, arguments);
    fputs("</dd>\n", out);
    va_end(arguments);
}

static void print_summary(const struct report *report, FILE *out)
{
    const struct tally_totals *totals = report_totals(report);
    const struct reading *reading = &report->options->reading;
    char from[TIMESTAMP_SIZE], to[TIMESTAMP_SIZE], made[TIMESTAMP_SIZE];
    bool exact_hosts, exact_programs;
    uint64_t hosts = distinct_count(&totals->hosts, &exact_hosts);
    uint64_t programs = distinct_count(&totals->programs, &exact_programs);
    fputs("<dl class=\"facts\">\n", out);
    if (totals->events > 0) {
        print_fact(out, "Oldest event", "%s", timestamp_write(totals->oldest, from));
        print_fact(out, "Newest event", "%s, %" PRId64 " h before this report", timestamp_write(totals->newest, to),
                   (report->now - totals->newest / 1000) / 3600);
    }
    print_fact(out, "Report made", "%s", timestamp_write(report->now * 1000, made));
    print_fact(out, "Seen", "%s%" PRIu64 " hosts, %s%" PRIu64 " programs, of those under the library",
               exact_hosts ? "" : "about ", hosts, exact_programs ? "" : "about ", programs);
    print_fact(out, "Events",
               "%" PRIu64 " read (schema 1), %" PRIu64 " of another schema, %" PRIu64 " damaged, %" PRIu64 " dropped",
               reading->events, reading->unknown_schema, reading->damaged, totals->dropped);
    fputs("</dl>\n", out);
    if (totals->events == 0)
        fputs("<p class=\"warning\">No event was read: nothing is known, which is not the same as nothing being "
              "wrong.</p>\n",
              out);
    else if (report->incomplete)
        fputs("<p class=\"warning\">The data are not complete: something was damaged, dropped or not readable.</p>\n",
              out);
}

static void print_outcomes(const struct report *report, FILE *out)
{
    static const char *const meanings[FATE_COUNT] = {"by the program itself", "by the policy alone",
                                                     "failed, and allowed",   "failed, and passed in audit mode",
                                                     "by the policy",         "by the program itself"};
    const struct tally_totals *totals = report_totals(report);
    fputs("<ul class=\"outcomes\">\n", out);
    for (int fate = 0; fate < FATE_COUNT; fate++)
        fprintf(out, "<li><b>%" PRIu64 "</b> <span class=\"key f%d\"></span>%s<small>%s</small></li>\n",
                totals->by_fate[fate], fate, fate_text((enum fate)fate), meanings[fate]);
    fputs("</ul>\n", out);
}

static void print_row(const struct sheet *sheet, const struct sheet_row *row, FILE *out)
{
    fprintf(out, "<tr class=\"f%d%s\">", (int)row->fate, row->is_bad ? " bad" : "");
    for (size_t i = 0; i < row->count; i++) {
        fputs(sheet->columns[i].is_number ? "<td class=\"n\">" : "<td>", out);
        markup_print(out, row->cells[i]);
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
}

/* Rows that are not shown, by their number and by the sum of their first column where that counts handshakes. */
static void print_rest(const struct sheet *sheet, const struct report *report, size_t count, FILE *out)
{
    size_t counted = 0;
    while (counted < sheet->column_count && strcmp(sheet->columns[counted].name, "handshakes") != 0)
        counted++;
    uint64_t sum = 0;
    for (size_t at = PAGE_ROWS_MAX; at < count; at++) {
        struct sheet_row row = sheet_row(sheet, report, at);
        sum += strtoull(row.cells[counted], NULL, 10);
        sheet_row_free(&row);
    }
    if (count > PAGE_ROWS_MAX)
        fprintf(out,
                "<p class=\"rest\">and %zu more with %" PRIu64 " handshakes together; --csv and --json have all</p>\n",
                count - PAGE_ROWS_MAX, sum);
}

static void print_sheet(const struct sheet *sheet, const struct report *report, FILE *out)
{
    size_t count = sheet->row_count(report);
    fprintf(out, "<section id=\"%s\">\n<h2>%s <small>%zu</small></h2>\n", sheet->name, sheet->title, count);
    if (count == 0) {
        fputs("<p>None.</p>\n</section>\n", out);
        return;
    }
    fprintf(out,
            "<p class=\"filter\"><input type=\"search\" placeholder=\"Filter\" aria-label=\"Filter %s\"> "
            "<output></output></p>\n",
            sheet->title);
    fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>", out);
    for (size_t i = 0; i < sheet->column_count; i++)
        fprintf(out, "<th%s><button type=\"button\">%s</button></th>",
                sheet->columns[i].is_number ? " class=\"n\"" : "", sheet->columns[i].title);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t at = 0; at < count && at < PAGE_ROWS_MAX; at++) {
        struct sheet_row row = sheet_row(sheet, report, at);
        print_row(sheet, &row, out);
        sheet_row_free(&row);
    }
    fputs("</tbody></table></div>\n", out);
    print_rest(sheet, report, count, out);
    fputs("</section>\n", out);
}

/* Nothing is fetched and nothing but our own script runs, even if something was not escaped. */
static void print_head(FILE *out)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
          "style-src 'unsafe-inline'; script-src 'nonce-tlsward'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>tlsward report</title>\n<style>\n",
          out);
    html_print_style(out);
    fputs("</style></head><body>\n<header><h1>tlsward report</h1></header>\n<main>\n", out);
}

void report_print_html(const struct report *report, FILE *out)
{
    print_head(out);
    print_summary(report, out);
    print_outcomes(report, out);
    html_print_timeline(report, out);
    html_print_ends(report, out);
    for (const struct sheet *const *sheet = report_sheets(report); *sheet != NULL; sheet++)
        print_sheet(*sheet, report, out);
    fputs("</main>\n<script nonce=\"tlsward\">\n", out);
    html_print_script(out);
    fputs("</script></body></html>\n", out);
}
