#include "check/report.h"

#include "check/lint.h"
#include "check/lint_trust.h"
#include "check/nearest.h"
#include "check/readable.h"
#include "check/written.h"
#include "shared/system_store.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

const char *check_report_log(const struct check_report *report)
{
    const char *log = policy_general_settings(report->policy).log;
    return strcmp(log, "stderr-file") == 0 ? "stderr" : log;
}

/* "did you mean": the error's text is the line, which begins with the key. */
static char *suggestion(const struct config_error *error)
{
    enum { WORDS = 128 };
    const char *words[WORDS + 1];
    size_t count = 0;
    if (strcmp(error->id, "unknown-key") != 0 || error->text == NULL)
        return NULL;
    for (int in_rule = 0; in_rule < 2; in_rule++)
        for (size_t i = 0; count < WORDS && policy_key_name(in_rule, i) != NULL; i++)
            words[count++] = policy_key_name(in_rule, i);
    words[count] = NULL;
    const char *key = nearest_word(error->text, strcspn(error->text, " \t="), words);
    return key != NULL ? text_format("%s; did you mean %s?", error->message, key) : NULL;
}

static void add_errors(struct check_report *report, const struct config_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        const struct config_error *error = &errors->items[i];
        char *better = suggestion(error);
        findings_add(&report->findings,
                     (struct finding){.severity = FINDING_ERROR,
                                      .id = error->id,
                                      .file = error->file,
                                      .line = error->line,
                                      .text = error->text,
                                      .message = better != NULL ? better : text_format("%s", error->message)});
    }
}

static void add_source(struct check_report *report, size_t rule, const char *source)
{
    for (size_t i = 0; i < report->source_count; i++)
        if (strcmp(report->sources[i].source, source) == 0)
            return;
    report->sources = text_grow(report->sources, report->source_count + 1, sizeof *report->sources);
    struct source_report *added = &report->sources[report->source_count++];
    *added = (struct source_report){.source = text_format("%s", source)};
    bool is_system = strcmp(source, "system") == 0;
    if (is_system)
        added->location = system_store_location();
    struct trust_source place = {.path = is_system ? NULL : source};
    anchors_add(&added->anchors, &place);
    const struct written written = written_at(report->policy, rule, "trust", source);
    const struct trust_use use = {.source = added->source,
                                  .file = written.file != NULL ? written.file : added->source,
                                  .line = written.line,
                                  .rule = policy_rule(report->policy, rule).name};
    lint_trust(&use, &added->anchors, time(NULL), &report->findings);
}

static const char *source_text(const struct trust_source *source)
{
    return source->path != NULL ? source->path : "system";
}

static void add_sources(struct check_report *report)
{
    const struct settings general = policy_general_settings(report->policy);
    for (size_t i = 0; i < general.trust_count; i++)
        add_source(report, POLICY_SECTION, source_text(&general.trust[i]));
    for (size_t rule = 0; rule < policy_rule_count(report->policy); rule++) {
        const char *source;
        for (size_t i = 0; (source = policy_rule_value(report->policy, rule, "trust", i)) != NULL; i++)
            add_source(report, rule, source);
    }
}

/* The policy stands as it is for whoever can read it. */
static void add_unreadable(struct check_report *report)
{
    struct config_errors errors = {.items = NULL};
    readable_check_policy(report->policy, &errors);
    for (size_t i = 0; i < report->source_count; i++)
        readable_check_trust(report->policy, report->sources[i].source, &errors);
    add_errors(report, &errors);
    config_errors_free(&errors);
}

static void add_log(struct check_report *report)
{
    report->log = log_place(check_report_log(report));
    if (report->log.problem != NULL)
        lint_warn(&report->findings, "log-unreachable", report->policy, POLICY_SECTION, "log", NULL,
                  text_format("log = %s: %s", check_report_log(report), report->log.problem));
}

struct check_report check_report(const struct config_environment *environment)
{
    struct check_report report = {.text = NULL};
    struct config_errors errors = {.items = NULL};
    report.policy = config_load(environment, &errors);
    add_errors(&report, &errors);
    config_errors_free(&errors);
    if (report.policy == NULL || policy_is_invalid(report.policy) || policy_is_incomplete(report.policy))
        return report;
    report.text = config_print(report.policy);
    add_sources(&report);
    add_unreadable(&report);
    lint_matchers(report.policy, &report.findings);
    lint_exceptions(report.policy, time(NULL), &report.findings);
    lint_unread_files(environment->system_dir, &report.findings);
    add_log(&report);
    return report;
}

void check_report_free(struct check_report *report)
{
    for (size_t i = 0; i < report->source_count; i++) {
        free(report->sources[i].source);
        free(report->sources[i].location);
        anchors_free(&report->sources[i].anchors);
    }
    free(report->sources);
    findings_free(&report->findings);
    log_place_free(&report->log);
    free(report->text);
    policy_free(report->policy);
}
