#include "check/report.h"

#include "shared/effective.h"
#include "shared/json_text.h"

static json_t *json_problems(const struct anchors *anchors)
{
    json_t *problems = json_array();
    for (size_t i = 0; i < anchors->problem_count; i++) {
        const struct anchor_problem *problem = &anchors->problems[i];
        json_array_append_new(problems, json_pack("{s:o, s:i, s:o}", "file", json_text(problem->file), "position",
                                                  (int)problem->position, "message", json_text(problem->message)));
    }
    return problems;
}

static json_t *json_sources(const struct check_report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->source_count; i++) {
        const struct source_report *source = &report->sources[i];
        json_array_append_new(list, json_pack("{s:o, s:o, s:i, s:o}", "source", json_text(source->source), "location",
                                              json_text(source->location), "certificates", (int)source->anchors.count,
                                              "problems", json_problems(&source->anchors)));
    }
    return list;
}

static json_t *json_findings(const struct check_report *report, enum severity severity)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (finding->severity == severity)
            json_array_append_new(list, json_pack("{s:s, s:o, s:i, s:o, s:o, s:o}", "id", finding->id, "file",
                                                  json_text(finding->file), "line", (int)finding->line, "rule",
                                                  json_text(finding->rule), "text", json_text(finding->text), "message",
                                                  json_text(finding->message)));
    }
    return list;
}

static json_t *json_expired_rules(const struct policy *policy)
{
    json_t *list = json_array();
    const char *rule;
    for (size_t i = 0; policy != NULL && (rule = policy_expired_rule(policy, i, time(NULL))) != NULL; i++)
        json_array_append_new(list, json_text(rule));
    return list;
}

static json_t *json_files(const struct policy *policy)
{
    json_t *files = json_array();
    const char *const *file = policy != NULL ? policy_files(policy) : NULL;
    for (; file != NULL && *file != NULL; file++)
        json_array_append_new(files, json_text(*file));
    return files;
}

static json_t *json_log(const struct check_report *report)
{
    if (report->text == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o}", "destination", json_text(check_report_log(report)), "leads_to",
                     json_text(report->log.leads_to), "problem", json_text(report->log.problem));
}

void check_print_json(const struct check_report *report)
{
    json_print(json_pack(
        "{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "valid", !findings_have(&report->findings, FINDING_ERROR),
        "switched_off_by", json_text(effective_kill_switch()), "expired_rules", json_expired_rules(report->policy),
        "warnings", json_findings(report, FINDING_WARNING), "errors", json_findings(report, FINDING_ERROR), "files",
        json_files(report->policy), "log", json_log(report), "trust", json_sources(report)));
}
