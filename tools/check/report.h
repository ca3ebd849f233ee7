/* Everything that `check` has to tell of one policy. */
#ifndef TLSWARD_CHECK_REPORT_H
#define TLSWARD_CHECK_REPORT_H

#include "check/finding.h"
#include "check/log_place.h"
#include "policy/config.h"
#include "shared/anchors.h"

struct source_report {
    char *source;   /* as the policy writes it */
    char *location; /* what "system" means here; else NULL */
    struct anchors anchors;
};

struct check_report {
    struct policy *policy;
    char *text; /* the effective policy; NULL where there is none */
    struct source_report *sources;
    size_t source_count;
    struct findings findings;
    struct log_place log;
};

/* Reads the policy of an environment as the library does. The caller frees it with check_report_free(). */
struct check_report check_report(const struct config_environment *environment);

/* As the policy writes it: stderr-file = yes is a key of its own there. */
const char *check_report_log(const struct check_report *report);

void check_report_free(struct check_report *report);

/* Each prints to standard output; but the first, errors to standard error, so that the rest is a policy file. */
void check_print_text(const struct check_report *report);
void check_print_json(const struct check_report *report);
void check_print_sarif(const struct check_report *report);
/* With `strict`, warnings are failures as well. */
void check_print_junit(const struct check_report *report, bool strict);

#endif
