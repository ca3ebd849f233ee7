/* The command line of `report`. */
#ifndef TLSWARD_REPORT_OPTIONS_H
#define TLSWARD_REPORT_OPTIONS_H

#include "events/member.h"
#include "events/reading.h"

enum report_format {
    REPORT_TEXT,
    REPORT_JSON,
    REPORT_CSV,
    REPORT_HTML,
    REPORT_PROM,
    REPORT_TLSRPT,
    REPORT_CBOM,
    REPORT_FORMATS
};
enum report_alarm { ALARM_NONE, ALARM_BLOCKED, ALARM_WEAK, ALARM_EXPIRING, ALARMS };

/* What --by groups by. */
enum report_choice {
    CHOICE_NONE,
    CHOICE_PROGRAM,
    CHOICE_DESTINATION,
    CHOICE_FINDING,
    CHOICE_RULE,
    CHOICE_OWNER,
    CHOICE_HOST,
    CHOICE_ISSUER,
    CHOICE_SCRIPT,
    CHOICE_UNIT,
    REPORT_CHOICES
};

struct report_options {
    enum report_choice by;
    bool rules_only;
    const char *policy; /* a file; NULL: the one that counts here */
    enum report_format format;
    const char *output; /* a file; NULL: standard output */
    enum report_alarm alarm;
    bool debuginfod; /* what is not here of the code may be asked of servers */
    struct reading reading;
};

/* -1, or the exit status with which everything is said. */
int report_options_read(struct report_options *options, int argc, char **argv);

/* The member that a choice stands for: an owner's are those of the rules. */
enum member report_choice_member(enum report_choice choice);
const char *report_choice_text(enum report_choice choice);

#endif
