/*
 * Whether a rule holds at a place where one of its names was found.
 */
#ifndef TLSWARD_MATCH_H
#define TLSWARD_MATCH_H

#include "scan/scan_rule.h"

struct scanned_text {
    enum file_kind kind;
    const char *start; /* comments are blank */
    const char *end;
};

/* What the rule's name is followed by, where the rule holds. */
struct match {
    const char *start; /* of the name */
    const char *end;   /* behind what was looked at */
    char *shown; /* what may be shown of it, which holds no value but such as switch something; the caller frees */
};

/* `name` is where it is in the text. */
bool match_rule(const struct scan_rule *rule, const struct scanned_text *text, const char *name, size_t length,
                struct match *match);

/* To be called before any thread calls match_rule(). */
void match_compile(void);

#endif
