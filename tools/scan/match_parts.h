/*
 * What the ways of matching share; each is a file of its own.
 */
#ifndef TLSWARD_MATCH_PARTS_H
#define TLSWARD_MATCH_PARTS_H

#include "scan/byte_sets.h"
#include "scan/match.h"

/* Whether a list, separated by '|', has these bytes; `folded`: whatever the case. */
bool list_has(const char *list, const char *bytes, size_t length, bool folded);

/* The beginning of the line that `at` is in. */
const char *line_start(const struct scanned_text *text, const char *at);

/* The bytes between, blanks and new lines as one blank, and cut where they are many. The caller frees the result. */
char *shown_slice(const char *start, const char *end);

bool match_setting(const struct scan_rule *rule, const struct scanned_text *text, const char *name, size_t length,
                   struct match *match);
bool match_option(const struct scan_rule *rule, const struct scanned_text *text, const char *name, size_t length,
                  struct match *match);

#endif
