#include "policy/config_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void config_error_add(struct config_errors *errors, const char *id, const char *file, unsigned line, const char *text,
                      const char *format, ...)
{
    struct arena *arena = &errors->arena;
    struct config_error item = {.id = id, .line = line, .file = arena_copy(arena, file, strlen(file))};
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    item.message = length >= 0 ? arena_alloc(arena, (size_t)length + 1) : NULL;
    if (item.message) {
        va_start(arguments, format);
        vsnprintf(item.message, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    if (text)
        item.text = arena_copy(arena, text, strlen(text));
    struct config_error *items = arena_grow(arena, errors->items, errors->count, sizeof *items);
    if (!item.message || !item.file || (text && !item.text) || !items)
        return;
    errors->items = items;
    errors->items[errors->count++] = item;
}

void config_errors_free(struct config_errors *errors)
{
    arena_free(&errors->arena);
    *errors = (struct config_errors){0};
}
