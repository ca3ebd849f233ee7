#include "shared/prom_text.h"

#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

void prom_type(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void prom_label(FILE *out, const char *before, const char *value)
{
    char *clean = text_clean(value, strlen(value));
    fprintf(out, "%s=\"", before);
    for (const char *at = clean; *at != '\0'; at++) {
        if (*at == '\\' || *at == '"')
            putc('\\', out);
        putc(*at, out);
    }
    putc('"', out);
    free(clean);
}
