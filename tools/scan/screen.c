#include "scan/screen.h"

#include "shared/text_table.h"

#include <string.h>

enum { NARROWEST = 40, WIDEST = 100000 };

size_t screen_width(FILE *out)
{
    size_t width = terminal_width(out);
    return width > WIDEST ? WIDEST : width < NARROWEST ? NARROWEST : width;
}

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

/* The byte at which a character begins, so many characters from the start. */
static size_t offset_of(const char *text, size_t characters)
{
    size_t at = 0;
    while (text[at] != '\0' && (characters > 0 || !begins_character(text[at]))) {
        at++;
        characters -= begins_character(text[at]) && characters > 0;
    }
    return at;
}

void screen_print(const char *text, size_t width, bool fill)
{
    size_t has = text_width(text);
    if (has <= width) {
        printf("%s%*s", text, fill && width < WIDEST ? (int)(width - has) : 0, "");
        return;
    }
    size_t before = (width - 1) / 2, after = width - 1 - before;
    printf("%.*s…%s", (int)offset_of(text, before), text, text + offset_of(text, has - after));
}

/* The length of the word at `text`, in bytes. */
static size_t word_length(const char *text)
{
    return strcspn(text, " ");
}

static size_t characters_in(const char *text, size_t bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += begins_character(text[i]);
    return count;
}

void screen_wrap(const char *text, size_t indent, size_t width)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t length = word_length(text), characters = characters_in(text, length);
        if (column > 0 && column + 1 + characters > width) {
            putchar('\n');
            column = 0;
        }
        /* What is longer than a line is broken where the line ends. */
        if (column == 0 && indent + characters > width) {
            length = offset_of(text, width - indent);
            characters = characters_in(text, length);
        }
        printf("%*s%.*s", (int)(column == 0 ? indent : 1), "", (int)length, text);
        column = column == 0 ? indent + characters : column + 1 + characters;
        text += length + (text[length] == ' ');
    }
    putchar('\n');
}
