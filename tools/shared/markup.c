#include "shared/markup.h"

static const char *reference_for(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void markup_print(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *reference = reference_for(*text);
        if (reference != NULL)
            fputs(reference, out);
        else
            putc(*text, out);
    }
}
