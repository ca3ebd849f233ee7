#include "config_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void item_free(struct config_error *item)
{
    free(item->file);
    free(item->text);
    free(item->message);
}

void config_error_add(struct config_errors *errors, const char *file, unsigned line, const char *text,
                      const char *format, ...)
{
    struct config_error item = {.line = line};
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&item.message, format, arguments) < 0)
        item.message = NULL;
    va_end(arguments);
    item.file = strdup(file);
    item.text = text ? strdup(text) : NULL;
    if (!item.message || !item.file || (text && !item.text))
        goto out;

    struct config_error *items = realloc(errors->items, (errors->count + 1) * sizeof *items);
    if (!items)
        goto out;
    errors->items = items;
    errors->items[errors->count++] = item;
    return;
out:
    item_free(&item);
}

void config_errors_free(struct config_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        item_free(&errors->items[i]);
    free(errors->items);
    *errors = (struct config_errors){0};
}
