/*
 * The rules by which a scan knows what switches verification off: one table of data, with the examples that test it.
 */
#ifndef TLSWARD_SCAN_RULE_H
#define TLSWARD_SCAN_RULE_H

#include "scan/file_kind.h"

#include <stdbool.h>
#include <stddef.h>

enum severity {
    SEVERITY_INFO,   /* nothing was switched off, but nothing was switched on either: never counted */
    SEVERITY_LOW,    /* a small part of verification, or an effect that depends on much else */
    SEVERITY_MEDIUM, /* a part of verification, or that of some hosts */
    SEVERITY_HIGH    /* all of it */
};

/* How a rule is looked for. */
enum form {
    FORM_WORD,    /* one of the names, standing alone */
    FORM_SETTING, /* a name, a separator and a value */
    FORM_OPTION,  /* an option of one program, alone or with others in one word */
    FORM_LINE,    /* one of the names, as the first word of a line and its only one */
    FORM_PATTERN, /* a regular expression (POSIX, extended) that begins with the name */
    FORM_ABSENCE  /* the name, and nowhere in its command or file what it would need */
};

/* What value of a setting switches verification off. Upper case counts for none but the first two. */
enum value_kind {
    VALUE_NONE,    /* of a rule that looks at none */
    VALUE_ZERO,    /* exactly 0 */
    VALUE_ANY,     /* whatever it is, the empty one as well */
    VALUE_PRESENT, /* whatever it is, but not empty */
    VALUE_EMPTY,
    VALUE_FALSY,          /* 0, false, no, off */
    VALUE_FALSY_OR_EMPTY, /* as git has it */
    VALUE_TRUTHY,         /* 1, true, yes, on */
    VALUE_TRUTHY_OR_BARE, /* or the name alone */
    VALUE_ENUM            /* one of a list */
};

/* What may stand between a name and its value, besides quotes and blanks. */
enum separator {
    BY_EQUALS = 1,
    BY_COLON = 2,
    BY_ARROW = 4, /* => */
    BY_COMMA = 8,
    BY_BLANK = 16,
    BY_BLANK_IN_DOCKERFILE = 32, /* ENV NAME VALUE */
    BY_PARENTHESIS = 64
};

/* Whether the library, where it is loaded, verifies all the same. */
enum reach {
    REACH_YES,   /* in programs that load OpenSSL */
    REACH_BUILD, /* it depends on the TLS library that the program was built with */
    REACH_LATER, /* the program judges after the handshake, by itself */
    REACH_NO     /* only a scan sees it */
};

/* How sure it is that this is the spelling. */
enum evidence {
    EVIDENCE_TRIED,   /* a test saw it switch verification off in the real program */
    EVIDENCE_SOURCE,  /* the program's source or documentation says so */
    EVIDENCE_RECALLED /* common knowledge, not checked */
};

enum { EXAMPLES = 12 };

struct example {
    const char *file; /* its name, which gives its kind; "environ" and "command" are a process's */
    const char *text;
};

struct scan_rule {
    const char *id;
    const char *family;
    const char *title; /* a sentence without a full stop */
    enum severity severity;
    enum form form;
    enum value_kind value;
    unsigned separators; /* of enum separator */
    file_kinds where;
    const char *names;   /* separated by '|': words, settings, programs, or what a pattern begins with */
    const char *detail;  /* values of an enum, options, what an absence needs, each separated by '|'; or the pattern */
    const char *takes;   /* of an option's program: short options that take a value */
    const char *section; /* what the name of the section around it must begin with, or NULL */
    bool exact_case;     /* of names */
    bool whole_file;     /* where an absence looks; else the command */
    enum reach reach;
    enum evidence evidence;
    const char *mend;
    struct example match[EXAMPLES];
    struct example other[EXAMPLES]; /* must not match */
};

extern const struct scan_rule scan_rules[];
extern const size_t scan_rule_count;

/* NULL where there is none. */
const struct scan_rule *scan_rule_find(const char *id);

const char *severity_name(enum severity severity);
/* False where there is none of that name. */
bool severity_of_name(const char *name, enum severity *severity);

const char *evidence_name(enum evidence evidence);
const char *reach_name(enum reach reach);     /* for machines: yes, depends, later, no */
const char *reach_sentence(enum reach reach); /* for people */

#endif
