#include "shared/program_link.h"

#include "shared/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

char *program_link_resolved(const char *pattern)
{
    size_t literal = strcspn(pattern, "*?");
    bool whole = pattern[literal] == '\0';
    while (!whole && literal > 0 && pattern[literal - 1] != '/')
        literal--;
    if (!whole && literal > 1)
        literal--; /* the slash belongs to the rest */
    if (literal == 0)
        return NULL;
    char *path = text_format("%.*s", (int)literal, pattern);
    char *real = realpath(path, NULL);
    char *resolved = real != NULL && strcmp(real, path) != 0 ? text_format("%s%s", real, pattern + literal) : NULL;
    free(path);
    free(real);
    return resolved;
}
