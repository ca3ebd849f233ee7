#include "event/call_site.h"

#include "process/hex.h"

#include <stdio.h>

void call_site_describe(const void *address, struct call_site_text *text)
{
    const struct loaded_object *object = &text->object;
    char build_id[2 * BUILD_ID_MAX + 1];
    text->text[0] = '\0';
    if (address == NULL || !loader_object_at(address, &text->object))
        return;
    hex_print(object->build_id, object->build_id_length, HEX_LOWER, build_id);
    snprintf(text->text, sizeof text->text, "%s+0x%lx%s%s%s", object->path[0] != '\0' ? object->path : "program",
             (unsigned long)((uintptr_t)address - object->base), build_id[0] != '\0' ? " (" : "", build_id,
             build_id[0] != '\0' ? ")" : "");
}
