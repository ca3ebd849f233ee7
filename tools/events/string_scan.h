/*
 * The inside of a JSON string (RFC 8259, section 7), found and checked without copying it, and written anew where it
 * has escapes.
 */
#ifndef TLSWARD_STRING_SCAN_H
#define TLSWARD_STRING_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * From `text`, the byte behind the opening quotation mark, to the closing one, which is before `end`. NULL where there
 * is none or the string is not well-formed UTF-8 with well-formed escapes; *damage says why and *at where. U+0000 is
 * refused. *escaped: there is a backslash in it.
 */
const char *string_scan(const char *text, const char *end, bool *escaped, const char **damage, const char **at);

/* Writes what string_scan() has checked without its escapes; never longer than it was. Returns the length. */
size_t string_unescape(const char *text, size_t length, char *plain);

#endif
