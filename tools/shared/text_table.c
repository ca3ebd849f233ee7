#include "shared/text_table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { GAP = 2, NARROWEST = 8 };

struct text_table text_table(const struct table_column *columns, size_t count)
{
    return (struct text_table){.columns = columns, .column_count = count};
}

void text_table_add(struct text_table *table, enum colour colour, const char *const *cells)
{
    size_t columns = table->column_count, used = table->row_count * columns;
    table->cells = text_grow(table->cells, used + columns, sizeof *table->cells);
    table->colours = text_grow(table->colours, table->row_count + 1, sizeof *table->colours);
    for (size_t i = 0; i < columns; i++)
        table->cells[used + i] = text_clean(cells[i] != NULL ? cells[i] : "", cells[i] != NULL ? strlen(cells[i]) : 0);
    table->colours[table->row_count++] = colour;
}

size_t terminal_width(FILE *out)
{
    struct winsize size;
    const char *said = getenv("COLUMNS");
    if (!isatty(fileno(out)))
        return SIZE_MAX;
    unsigned long columns = said != NULL ? strtoul(said, NULL, 10) : 0;
    if (columns == 0 && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns > 0 ? columns : 80;
}

/* Each letter counts as one: in what text_clean() leaves there are few that are wider. */
size_t text_width(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static const char *skip_letters(const char *text, size_t count)
{
    while (*text != '\0' && (count > 0 || ((unsigned char)*text & 0xc0) == 0x80)) {
        count -= ((unsigned char)*text & 0xc0) != 0x80;
        text++;
    }
    return text;
}

/* The end of a path or a name tells more than its middle. */
static void print_cut(FILE *out, const char *text, size_t width)
{
    size_t length = text_width(text), before = (width - 1) / 2, after = width - 1 - before;
    fprintf(out, "%.*s…%s", (int)(skip_letters(text, before) - text), text, skip_letters(text, length - after));
}

static void print_cell(FILE *out, const char *text, size_t width, enum table_align align, bool is_last)
{
    size_t length = text_width(text);
    if (length > width) {
        print_cut(out, text, width);
        return;
    }
    int padding = (int)(width - length);
    if (align == ALIGN_RIGHT)
        fprintf(out, "%*s%s", padding, "", text);
    else
        fprintf(out, "%s%*s", text, is_last ? 0 : padding, "");
}

void text_print_fitted(FILE *out, const char *text, size_t width)
{
    print_cell(out, text, width, ALIGN_LEFT, false);
}

static void measure(const struct text_table *table, size_t *widths)
{
    for (size_t column = 0; column < table->column_count; column++) {
        widths[column] = text_width(table->columns[column].title);
        for (size_t row = 0; row < table->row_count; row++) {
            size_t length = text_width(table->cells[row * table->column_count + column]);
            widths[column] = length > widths[column] ? length : widths[column];
        }
    }
}

/* The widest one gives first. */
static void narrow(const struct text_table *table, size_t *widths, size_t available)
{
    size_t sum = 0;
    for (size_t i = 0; i < table->column_count; i++)
        sum += widths[i] + GAP;
    while (sum > available + GAP) {
        size_t widest = table->column_count;
        for (size_t i = 0; i < table->column_count; i++)
            if (table->columns[i].align == ALIGN_LEFT && widths[i] > NARROWEST &&
                (widest == table->column_count || widths[i] > widths[widest]))
                widest = i;
        if (widest == table->column_count)
            return;
        widths[widest]--;
        sum--;
    }
}

static void print_row(const struct text_table *table, FILE *out, const size_t *widths, size_t row, size_t indent)
{
    fprintf(out, "%*s%s", (int)indent, "", text_colour(out, table->colours[row]));
    for (size_t i = 0; i < table->column_count; i++) {
        bool is_last = i + 1 == table->column_count;
        print_cell(out, table->cells[row * table->column_count + i], widths[i], table->columns[i].align, is_last);
        fprintf(out, "%*s", is_last ? 0 : GAP, "");
    }
    fprintf(out, "%s\n", table->colours[row] != COLOUR_OFF ? text_colour(out, COLOUR_OFF) : "");
}

static void print_titles(const struct text_table *table, FILE *out, const size_t *widths, size_t indent)
{
    fprintf(out, "%*s%s", (int)indent, "", text_colour(out, COLOUR_STRONG));
    for (size_t i = 0; i < table->column_count; i++) {
        bool is_last = i + 1 == table->column_count;
        print_cell(out, table->columns[i].title, widths[i], table->columns[i].align, is_last);
        fprintf(out, "%*s", is_last ? 0 : GAP, "");
    }
    fprintf(out, "%s\n", text_colour(out, COLOUR_OFF));
}

void text_table_print(struct text_table *table, FILE *out, size_t indent)
{
    size_t widths[TABLE_COLUMNS_MAX], available = terminal_width(out);
    measure(table, widths);
    narrow(table, widths, available != SIZE_MAX ? available - (indent < available ? indent : 0) : SIZE_MAX - GAP);
    print_titles(table, out, widths, indent);
    for (size_t row = 0; row < table->row_count; row++)
        print_row(table, out, widths, row, indent);
    for (size_t i = 0; i < table->row_count * table->column_count; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table->colours);
    *table = text_table(table->columns, table->column_count);
}
