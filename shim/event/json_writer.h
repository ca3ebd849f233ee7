/*
 * One flat JSON object (RFC 8259) on one line, member by member, in a buffer of fixed size. Values may hold
 * anything an attacker sends: the line is valid UTF-8 and harmless to terminals and log viewers.
 */
#ifndef TLSWARD_JSON_WRITER_H
#define TLSWARD_JSON_WRITER_H

#include "process/line.h"

struct json_writer {
    struct line line;
    size_t text_max; /* a string value that goes on after this many bytes of the line ends there, in "…" */
};

void json_writer_begin(struct json_writer *writer, char *buffer, size_t size, size_t text_max);

/*
 * Adds a string; NULL leaves the member out. Quotes, backslashes, control characters (C0, DEL, C1), line and
 * paragraph separators, and characters without width or of changed direction are escaped; each byte that is
 * not UTF-8 (RFC 3629 section 4) becomes U+FFFD.
 */
void json_writer_text(struct json_writer *writer, const char *name, const char *value);

/* Adds an array of `count` strings, which lie one behind the other, each with its NUL. */
void json_writer_texts(struct json_writer *writer, const char *name, const char *values, size_t count);

/* Adds an integer, at most INT64_MAX: readers that know no larger one refuse the whole object. */
void json_writer_number(struct json_writer *writer, const char *name, uint64_t value);

void json_writer_time(struct json_writer *writer, const char *name, const struct timespec *value);

/* Adds JSON text as it is: true, false, or an array. */
void json_writer_literal(struct json_writer *writer, const char *name, const char *json);

/* Ends the object and the line. False where not everything fitted: then the buffer is of no use. */
bool json_writer_end(struct json_writer *writer);

#endif
