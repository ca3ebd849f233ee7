#include "shared/json_text.h"

#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    char *clean = text_clean(text, strlen(text));
    json_t *string = json_string(clean);
    free(clean);
    return string;
}

void json_print(json_t *root)
{
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}
