#include "check/report.h"

#include "policy/policy_rules.h"
#include "shared/json_text.h"
#include "shared/junit.h"
#include "shared/sarif.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

void check_print_sarif(const struct check_report *report)
{
    json_t *log = sarif_new();
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        const struct sarif_result result = {.rule_id = finding->id,
                                            .level = severity_text(finding->severity),
                                            .message = finding->message,
                                            .path = finding->file,
                                            .line = finding->line,
                                            .line_text = finding->text != NULL ? finding->text : finding->rule};
        sarif_add(log, &result);
    }
    json_print(log);
}

struct cases {
    struct junit_case *items;
    size_t count;
};

static void add_case(struct cases *cases, struct junit_case item)
{
    cases->items = text_grow(cases->items, cases->count + 1, sizeof *cases->items);
    cases->items[cases->count++] = item;
}

static bool is_clean(const struct findings *findings, const char *rule)
{
    for (size_t i = 0; i < findings->count; i++) {
        const char *of = findings->items[i].rule;
        if (rule == NULL ? of == NULL : of != NULL && strcmp(of, rule) == 0)
            return false;
    }
    return true;
}

/* A rule in which nothing was found is a case that passes; an exception is one that does not count. */
static void add_clean(struct cases *cases, const struct check_report *report, size_t rule)
{
    char weakening[POLICY_KEYS_MAX];
    const struct rule_view view = policy_rule(report->policy, rule);
    if (!is_clean(&report->findings, view.name))
        return;
    policy_rule_weakening(report->policy, rule, weakening);
    const char *file = view.file != NULL ? view.file : policy_files(report->policy)[0];
    struct junit_case item = {.group = file, .name = view.name != NULL ? view.name : "[policy]"};
    if (rule != POLICY_SECTION && *weakening != '\0')
        item.skipped =
            text_format("an exception (%s), of %s, until %s", weakening, view.owner != NULL ? view.owner : "nobody",
                        view.expires != NULL ? view.expires : "it is removed");
    add_case(cases, item);
}

static void add_finding(struct cases *cases, const struct finding *finding, bool strict)
{
    char *text = text_format("%s:%u: %s", finding->file != NULL ? finding->file : "", finding->line, finding->message);
    bool fails = strict || finding->severity == FINDING_ERROR;
    add_case(cases, (struct junit_case){.group = finding->file,
                                        .name = text_format("%s%s%s", finding->rule != NULL ? finding->rule : "",
                                                            finding->rule != NULL ? "/" : "", finding->id),
                                        .failure = fails ? text : NULL,
                                        .output = fails ? NULL : text});
}

void check_print_junit(const struct check_report *report, bool strict)
{
    struct cases cases = {.items = NULL};
    for (size_t i = 0; i < report->findings.count; i++)
        add_finding(&cases, &report->findings.items[i], strict);
    size_t findings = cases.count;
    if (report->text != NULL)
        add_clean(&cases, report, POLICY_SECTION);
    for (size_t i = 0; report->text != NULL && i < policy_rule_count(report->policy); i++)
        add_clean(&cases, report, i);
    junit_print(stdout, "tlsward check", cases.items, cases.count);
    for (size_t i = 0; i < cases.count; i++) {
        if (i < findings)
            free((char *)cases.items[i].name);
        free((char *)cases.items[i].failure);
        free((char *)cases.items[i].skipped);
        free((char *)cases.items[i].output);
    }
    free(cases.items);
}
