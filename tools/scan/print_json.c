#include "scan/scan_report.h"

#include "events/timestamp.h"
#include "shared/json_text.h"

#include <stdio.h>
#include <string.h>

static void print_line(json_t *line)
{
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

/* Where it is: a place in a file, or a process. */
static void add_place(json_t *line, const struct scan_finding *finding)
{
    if (finding->pid != 0) {
        json_object_set_new(line, "pid", json_integer(finding->pid));
        json_object_set_new(line, "program", json_text(finding->shown));
        return;
    }
    json_object_set_new(line, "file", json_text(finding->shown));
    json_object_set_new(line, "line", json_integer(finding->line));
    json_object_set_new(line, "column", json_integer(finding->column));
}

static void add_observed(json_t *line, const struct scan_finding *finding)
{
    char last[TIMESTAMP_SIZE];
    if (finding->observed == NULL)
        return;
    json_object_set_new(line, "observed",
                        json_pack("{s:o, s:I, s:s}", "what", json_text(finding->observed), "handshakes",
                                  (json_int_t)finding->handshakes, "last", timestamp_write(finding->last, last)));
}

static void print_finding(const struct scan_finding *finding)
{
    static const char *const states[] = {"new", "known", "accepted"};
    const struct scan_rule *rule = finding->rule;
    json_t *line =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "type", "finding", "rule", rule->id, "family", rule->family,
                  "severity", severity_name(rule->severity), "confidence", scan_finding_confidence(finding), "evidence",
                  evidence_name(rule->evidence), "state", states[finding->state]);
    add_place(line, finding);
    json_object_set_new(line, "text", json_text(finding->text));
    json_object_set_new(line, "neutralised", json_string(scan_finding_neutralised(finding)));
    json_object_set_new(line, "title", json_text(rule->title));
    json_object_set_new(line, "fix", json_text(rule->mend));
    json_object_set_new(line, "fingerprint", json_string(finding->fingerprint));
    if (finding->note != NULL)
        json_object_set_new(line, "note", json_text(finding->note));
    add_observed(line, finding);
    if (finding->state == FINDING_ACCEPTED)
        json_object_set_new(line, "accepted",
                            json_pack("{s:o, s:o, s:o}", "owner", json_text(finding->owner), "reason",
                                      json_text(finding->reason), "expires", json_text(finding->expires)));
    print_line(line);
}

static void print_coverage(const struct coverage *coverage)
{
    json_t *line = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "type", "coverage", "coverage",
                             coverage_status_name(coverage->status), "program", json_text(coverage->program), "library",
                             json_text(coverage->library), "through", json_text(coverage->through), "reasons",
                             json_text(coverage->reasons));
    if (coverage->pid != 0) {
        json_object_set_new(line, "pid", json_integer(coverage->pid));
        json_object_set_new(line, "protected", json_boolean(coverage->protected));
    }
    print_line(line);
}

static void print_unread(const char *path, const char *why)
{
    print_line(json_pack("{s:s, s:o, s:o}", "type", "unread", "path", json_text(path), "reason", json_text(why)));
}

void scan_print_json(const struct scan_report *report)
{
    for (size_t i = 0; i < report->coverages.count; i++)
        print_coverage(&report->coverages.items[i]);
    for (size_t i = 0; i < report->findings.count; i++)
        print_finding(&report->findings.items[i]);
    for (size_t i = 0; i < report->unread.unread_count; i++)
        print_unread(report->unread.unread[i].path, strerror(report->unread.unread[i].error));
    for (size_t i = 0; i < report->cut.count; i++)
        print_unread(report->cut.items[i].path, "longer than 8 MiB: the rest was not looked at");
    print_line(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "type", "summary", "files", (json_int_t)report->files,
                         "bytes", (json_int_t)report->bytes, "binaries", (json_int_t)report->binaries, "processes",
                         (json_int_t)report->processes, "findings", (json_int_t)scan_report_counted(report)));
}
