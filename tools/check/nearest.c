#include "check/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MAX_LENGTH = 31 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Insertions, deletions, replacements and swaps of neighbours, row by row of the two words. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_MAX_LENGTH + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

const char *nearest_word(const char *text, size_t length, const char *const *words)
{
    const char *nearest = NULL;
    size_t fewest = length / 3 + 1; /* more than that is another word */
    if (length > WORD_MAX_LENGTH)
        return NULL;
    for (; *words != NULL; words++) {
        size_t word_length = strlen(*words);
        size_t edits = word_length <= WORD_MAX_LENGTH ? distance(text, length, *words, word_length) : length;
        if (edits > fewest || (edits == fewest && nearest != NULL))
            continue;
        fewest = edits;
        nearest = *words;
    }
    return nearest;
}
