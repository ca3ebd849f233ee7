#include "preload/preload_text.h"

#include <stdlib.h>
#include <string.h>

static bool is_separator(char byte)
{
    return byte != '\0' && strchr(PRELOAD_SEPARATORS, byte) != NULL;
}

static size_t end_of_line(const char *text, size_t length, size_t at)
{
    const char *newline = memchr(text + at, '\n', length - at);
    return newline != NULL ? (size_t)(newline - text) : length;
}

bool preload_text_next(const char *text, size_t length, size_t *at, struct preload_entry *entry)
{
    while (*at < length && (is_separator(text[*at]) || text[*at] == '#'))
        *at = text[*at] == '#' ? end_of_line(text, length, *at) : *at + 1;
    size_t start = *at;
    while (*at < length && !is_separator(text[*at]) && text[*at] != '#')
        ++*at;
    *entry = (struct preload_entry){text + start, *at - start};
    return entry->length > 0;
}

bool preload_entry_is_ours(const struct preload_entry *entry)
{
    const size_t size = strlen(PRELOAD_LIBRARY);
    if (entry->length < size)
        return false;
    const char *name = entry->start + entry->length - size;
    return memcmp(name, PRELOAD_LIBRARY, size) == 0 && (name == entry->start || name[-1] == '/');
}

/* Appends one line of the text, with its newline, less our entries. Returns the length of the result. */
static size_t copy_line(char *result, size_t kept, const char *line, size_t length, size_t *removed)
{
    const size_t begin = kept, before = *removed;
    size_t at = 0, copied = 0;
    for (struct preload_entry entry; preload_text_next(line, length, &at, &entry);) {
        if (!preload_entry_is_ours(&entry))
            continue;
        size_t start = (size_t)(entry.start - line);
        memcpy(result + kept, line + copied, start - copied);
        kept += start - copied;
        while (at < length && line[at] != '\n' && is_separator(line[at]))
            at++;
        copied = at;
        ++*removed;
    }
    const char *rest = line + copied;
    bool ends_here = copied == length || *rest == '\n';
    while (*removed > before && ends_here && kept > begin && is_separator(result[kept - 1]))
        kept--;
    if (*removed > before && ends_here && kept == begin)
        return kept;
    memcpy(result + kept, rest, length - copied);
    return kept + length - copied;
}

char *preload_text_without(const char *text, size_t *length, size_t *removed)
{
    char *result = malloc(*length + 1);
    size_t kept = 0;
    *removed = 0;
    for (size_t at = 0; result != NULL && at < *length;) {
        size_t end = end_of_line(text, *length, at);
        end += end < *length;
        kept = copy_line(result, kept, text + at, end - at, removed);
        at = end;
    }
    *length = kept;
    return result;
}

char *preload_text_with(const char *text, size_t *length, const char *entry)
{
    bool mended = *length > 0 && text[*length - 1] != '\n';
    char *result = malloc(*length + strlen(entry) + 3);
    if (result == NULL)
        return NULL;
    memcpy(result, text, *length);
    char *end = result + *length;
    if (mended)
        *end++ = '\n';
    end = stpcpy(end, entry);
    *end++ = '\n';
    *length = (size_t)(end - result);
    return result;
}
