#include "report/report.h"

#include "evaluate/policy_file.h"
#include "report/findings.h"
#include "shared/output_file.h"
#include "report/print_formats.h"
#include "report/print_html.h"
#include "shared/exit_status.h"

#include <stdlib.h>
#include <time.h>

/* False where it could not be written, which is said. */
static bool print(const struct report *report)
{
    const struct report_options *options = report->options;
    struct output_file file;
    reading_print_damage(&options->reading, stderr);
    if (!output_file_open(&file, options->reading.program, options->output))
        return false;
    switch (options->format) {
    case REPORT_JSON:
        report_print_json(report);
        break;
    case REPORT_CSV:
        report_print_csv(report);
        break;
    case REPORT_HTML:
        report_print_html(report, file.stream);
        break;
    case REPORT_PROM:
        report_print_prom(report, file.stream);
        break;
    case REPORT_TLSRPT:
        report_print_tlsrpt(report, file.stream);
        break;
    case REPORT_CBOM:
        report_print_cbom(report, file.stream);
        break;
    default:
        report_print_text(report);
    }
    return output_file_close(&file, options->reading.program);
}

static int make_report(struct report_options *options, const struct policy *policy)
{
    struct report report = {.options = options, .policy = policy, .now = (int64_t)time(NULL)};
    report.gathering = gather(&options->reading, report_choice_member(options->by), options->by == CHOICE_DESTINATION);
    report.rules = rule_uses(policy, &report.gathering.tallies[BY_RULE], (time_t)report.now);
    const struct tally_totals *totals = report_totals(&report);
    report.incomplete = reading_is_incomplete(&options->reading) || totals->dropped > 0 || totals->events == 0;
    report.certificates_by_end = report_sort_certificates(&report);
    report.objects = code_objects_new(options->debuginfod);
    int status = report.incomplete ? STATUS_INCOMPLETE : STATUS_OK;
    if (report_is_alarming(&report, options->alarm))
        status = STATUS_NEGATIVE;
    if (!print(&report))
        status = STATUS_USAGE;
    code_objects_free(report.objects);
    free(report.certificates_by_end);
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
