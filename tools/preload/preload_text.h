/*
 * What /etc/ld.so.preload says, ld.so(8): entries are separated by blanks, newlines or colons, and a comment goes from
 * a # to the end of its line. Nothing of it is lost but the entries that are taken out.
 */
#ifndef TLSWARD_PRELOAD_TEXT_H
#define TLSWARD_PRELOAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define PRELOAD_LIBRARY "libtlsward.so"
#define PRELOAD_SEPARATORS ": \t\n"

struct preload_entry {
    const char *start; /* not terminated */
    size_t length;
};

/* The next entry; *at goes from 0 on. False after the last. */
bool preload_text_next(const char *text, size_t length, size_t *at, struct preload_entry *entry);

/* Whether an entry is that of a libtlsward.so, wherever it lies. */
bool preload_entry_is_ours(const struct preload_entry *entry);

/*
 * The text without our entries, and without the lines that had nothing else. *length is that of the text, then of the
 * result; *removed is how many there were. NULL for memory shortage; the caller frees the result.
 */
char *preload_text_without(const char *text, size_t *length, size_t *removed);

/* The text with a line for `entry` at its end; a newline that was missing before it is mended. Else as above. */
char *preload_text_with(const char *text, size_t *length, const char *entry);

#endif
