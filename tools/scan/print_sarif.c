#include "scan/scan_report.h"

#include "scan/observed.h"
#include "shared/json_text.h"
#include "shared/sarif.h"
#include "shared/text.h"

#include <stdlib.h>

static const char *level_of(enum severity severity)
{
    static const char *const levels[] = {"note", "note", "warning", "error"};
    return levels[severity];
}

/* As what reads them weighs them: critical from 9.0, high from 7.0, medium from 4.0, low below. */
static const char *weight_of(enum severity severity)
{
    static const char *const weights[] = {"0.0", "3.0", "5.0", "8.0"};
    return weights[severity];
}

static char *message_of(const struct scan_finding *finding)
{
    char *where = finding->pid != 0 ? text_format(" in process %d", (int)finding->pid) : text_format("%s", "");
    char *observed = observed_sentence(finding);
    char *message = text_format("%s%s: %s%s%s%s%s. Instead: %s", finding->rule->title, where, finding->text,
                                finding->note != NULL ? "; " : "", finding->note != NULL ? finding->note : "",
                                observed != NULL ? "; " : "", observed != NULL ? observed : "", finding->rule->mend);
    free(observed);
    free(where);
    return message;
}

static void add(json_t *log, const struct scan_report *report, const struct scan_finding *finding)
{
    char *message = message_of(finding);
    char *print = text_format("%s:1", finding->fingerprint);
    char *accepted = finding->state == FINDING_ACCEPTED
                         ? text_format("%s, until %s: %s", finding->owner, finding->expires, finding->reason)
                         : NULL;
    const char *state = finding->state == FINDING_KNOWN ? "unchanged" : "new";
    const struct sarif_result result = {.rule_id = finding->rule->id,
                                        .level = level_of(finding->rule->severity),
                                        .message = message,
                                        .path = finding->relative,
                                        .line = finding->line,
                                        .column = finding->column,
                                        .fingerprint = print,
                                        .baseline_state = report->has_baseline ? state : NULL,
                                        .confidence = scan_finding_confidence(finding),
                                        .accepted = accepted};
    sarif_describe(log, finding->rule->id, finding->rule->title, finding->rule->mend,
                   weight_of(finding->rule->severity));
    sarif_add(log, &result);
    free(accepted);
    free(print);
    free(message);
}

void scan_print_sarif(const struct scan_report *report)
{
    json_t *log = sarif_new();
    for (size_t i = 0; i < scan_rule_count; i++)
        sarif_describe(log, scan_rules[i].id, scan_rules[i].title, scan_rules[i].mend,
                       weight_of(scan_rules[i].severity));
    for (size_t i = 0; i < report->findings.count; i++)
        add(log, report, &report->findings.items[i]);
    json_print(log);
}
