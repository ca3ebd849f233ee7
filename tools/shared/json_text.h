/*
 * Text from outside as JSON strings.
 */
#ifndef TLSWARD_JSON_TEXT_H
#define TLSWARD_JSON_TEXT_H

#include <jansson.h>

/* A new string, made safe by text_clean(): json_string() refuses invalid UTF-8. NULL becomes null. */
json_t *json_text(const char *text);

/* Prints and releases. */
void json_print(json_t *root);

#endif
