/* A report as it is printed: what was gathered, and what it means at a time. */
#ifndef TLSWARD_REPORT_FINDINGS_H
#define TLSWARD_REPORT_FINDINGS_H

#include "events/code_place.h"
#include "report/gather.h"
#include "report/report_options.h"
#include "report/rule_use.h"

struct report {
    const struct report_options *options;
    struct gathering gathering;
    const struct policy *policy;
    struct rule_uses rules;
    size_t *certificates_by_end;  /* groups of BY_CERTIFICATE in that order */
    struct code_objects *objects; /* of call sites */
    int64_t now;                  /* seconds since 1970 */
    bool incomplete;
};

/* All that was counted, whatever its group. */
const struct tally_totals *report_totals(const struct report *report);

/*
 * What is weak in a group of BY_CERTIFICATE, or of BY_EXCHANGE: words with blanks between them, "" for nothing; to be
 * freed.
 */
char *report_certificate_weakness(const struct tally_group *group);
char *report_exchange_weakness(const struct tally_group *group);

/* The groups of BY_CERTIFICATE by when they end, to be freed. */
size_t *report_sort_certificates(const struct report *report);

/* Whether there is something of which an alarm is to be given. */
bool report_is_alarming(const struct report *report, enum report_alarm alarm);

/* Where a group of BY_CALL_SITE is in the source; its texts live until the next one is asked for. */
struct code_place report_code_place(const struct report *report, const struct tally_group *group);

/* To standard output. */
void report_print_text(const struct report *report);
void report_print_json(const struct report *report);
void report_print_csv(const struct report *report);

#endif
