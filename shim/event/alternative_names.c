#include "event/alternative_names.h"

#include <stdbool.h>
#include <string.h>

static const char ellipsis[] = "\u2026";

void alternative_names_add(struct alternative_names *names, const char *bytes, size_t length)
{
    bool is_cut = length > ALTERNATIVE_NAME_BYTES;
    size_t kept = is_cut ? ALTERNATIVE_NAME_BYTES : length;
    char *text = names->text + names->length;
    names->count++;
    if (bytes == NULL || names->told == ALTERNATIVE_NAMES_MAX ||
        kept + sizeof ellipsis > sizeof names->text - names->length)
        return;
    for (size_t i = 0; i < kept; i++)
        text[i] = (char)(bytes[i] != '\0' ? bytes[i] : '\xff');
    if (is_cut) {
        memcpy(text + kept, ellipsis, strlen(ellipsis));
        kept += strlen(ellipsis);
    }
    text[kept] = '\0';
    names->length += kept + 1;
    names->told++;
}
