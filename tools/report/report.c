#include "report/report.h"

#include "evaluate/policy_file.h"
#include "report/findings.h"
#include "shared/exit_status.h"

#include <time.h>

static void print(const struct report *report)
{
    reading_print_damage(&report->options->reading, stderr);
    if (report->options->format == REPORT_JSON)
        report_print_json(report);
    else
        report_print_text(report);
}

static int make_report(struct report_options *options, const struct policy *policy)
{
    struct report report = {.options = options, .policy = policy, .now = (int64_t)time(NULL)};
    report.gathering = gather(&options->reading, report_choice_member(options->by), options->by == CHOICE_DESTINATION);
    report.rules = rule_uses(policy, &report.gathering.tallies[BY_RULE], (time_t)report.now);
    const struct tally_totals *totals = report_totals(&report);
    report.incomplete = reading_is_incomplete(&options->reading) || totals->dropped > 0 || totals->events == 0;
    print(&report);
    int status = report.incomplete ? STATUS_INCOMPLETE : STATUS_OK;
    if (report_is_alarming(&report, options->alarm))
        status = STATUS_NEGATIVE;
    rule_uses_free(&report.rules);
    gathering_free(&report.gathering);
    reading_free(&options->reading);
    return status;
}

int report_main(int argc, char **argv)
{
    struct report_options options;
    int status = report_options_read(&options, argc, argv);
    if (status >= 0)
        return status;
    struct policy *policy = policy_file_load(options.policy);
    status = policy != NULL ? make_report(&options, policy) : STATUS_USAGE;
    policy_free(policy);
    return status;
}
