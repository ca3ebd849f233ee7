#include "check/check.h"

#include "check/log_place.h"
#include "check/readable.h"
#include "check/warnings.h"
#include "policy/config.h"
#include "shared/anchors.h"
#include "shared/effective.h"
#include "shared/exit_status.h"
#include "shared/json_text.h"
#include "shared/system_store.h"
#include "shared/text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward check [--json] [FILE]\n\n"
          "Reads a policy as the library does (without FILE: the one that counts here) and\n"
          "prints the effective policy and what its trust anchors are, or every error.\n\n"
          "  --json   print {\"valid\":…, \"errors\":[…], \"files\":[…], \"trust\":[…]}\n"
          "  --help   show this text\n\n"
          "Exit status: 0 valid, 1 errors, 2 usage.\n",
          out);
}

struct source_report {
    char *source;   /* as the policy writes it */
    char *location; /* what "system" means here; else NULL */
    struct anchors anchors;
};

struct report {
    struct config_errors errors; /* of the policy */
    struct policy *policy;
    char *text; /* the effective policy */
    struct source_report *sources;
    size_t source_count;
    struct warnings warnings;
    struct log_place log;
    bool valid;
};

/* As the policy writes it: stderr-file = yes is a key of its own there. */
static const char *log_of(const struct report *report)
{
    const char *log = policy_general_settings(report->policy).log;
    return strcmp(log, "stderr-file") == 0 ? "stderr" : log;
}

static void add_source(struct report *report, const char *source)
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
    report->valid = report->valid && added->anchors.count > 0;
}

/* The trust sources of [policy] and of every rule, read off the effective policy. */
static void add_sources(struct report *report)
{
    static const char key[] = "trust = ";
    for (const char *line = report->text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, key, strlen(key)) == 0) {
            char *source = text_format("%.*s", (int)(length - strlen(key)), line + strlen(key));
            add_source(report, source);
            free(source);
        }
        line += length + (line[length] == '\n');
    }
}

/* The policy stands as it is for whoever can read it. */
static void add_unreadable(struct report *report)
{
    readable_check_policy(report->policy, &report->errors);
    for (size_t i = 0; i < report->source_count; i++)
        readable_check_trust(report->policy, report->sources[i].source, &report->errors);
    report->valid = report->valid && report->errors.count == 0;
}

static struct report make_report(const struct config_environment *environment)
{
    struct report report = {.text = NULL};
    report.policy = config_load(environment, &report.errors);
    report.valid = report.policy != NULL && !policy_is_invalid(report.policy) && !policy_is_incomplete(report.policy);
    if (report.valid)
        report.text = config_print(report.policy);
    if (report.text != NULL)
        add_sources(&report);
    if (report.text != NULL)
        add_unreadable(&report);
    if (report.valid)
        report.warnings = warnings_of(report.policy, environment->system_dir);
    if (report.text != NULL)
        report.log = log_place(log_of(&report));
    return report;
}

static void free_report(struct report *report)
{
    for (size_t i = 0; i < report->source_count; i++) {
        free(report->sources[i].source);
        free(report->sources[i].location);
        anchors_free(&report->sources[i].anchors);
    }
    warnings_free(&report->warnings);
    log_place_free(&report->log);
    free(report->sources);
    free(report->text);
    policy_free(report->policy);
    config_errors_free(&report->errors);
}

/* As comments, so that the whole output is a policy file. */
static void print_source(const struct source_report *source)
{
    const struct anchors *anchors = &source->anchors;
    bool bad = anchors->count == 0;
    printf("# %strust = %s: %zu certificate%s%s%s%s\n", text_colour(stdout, bad ? COLOUR_BAD : COLOUR_GOOD),
           source->source, anchors->count, anchors->count == 1 ? "" : "s", source->location != NULL ? " in " : "",
           source->location != NULL ? source->location : "", text_colour(stdout, COLOUR_OFF));
    for (size_t i = 0; i < anchors->problem_count; i++) {
        const struct anchor_problem *problem = &anchors->problems[i];
        if (problem->position > 0)
            printf("#   %s: certificate %u: %s\n", problem->file, problem->position, problem->message);
        else
            printf("#   %s: %s\n", problem->file, problem->message);
    }
}

static void print_warnings(const struct warnings *warnings)
{
    for (size_t i = 0; i < warnings->count; i++) {
        const struct warning *warning = &warnings->items[i];
        if (warning->rule != NULL)
            printf("# %s:%u: rule %s: %s\n", warning->file, warning->line, warning->rule, warning->message);
        else
            printf("# %s: %s\n", warning->file, warning->message);
    }
}

static void print_log(const struct log_place *place, const char *log)
{
    bool bad = place->problem != NULL;
    printf("# %slog = %s: %s%s%s\n", text_colour(stdout, bad ? COLOUR_BAD : COLOUR_GOOD), log,
           bad ? "no event of this user's processes arrives now: " : "goes to ", bad ? place->problem : place->leads_to,
           text_colour(stdout, COLOUR_OFF));
}

static void print_text(const struct report *report)
{
    effective_print_errors(&report->errors);
    if (report->text == NULL)
        return;
    if (effective_kill_switch() != NULL)
        printf("# switched off by %s\n", effective_kill_switch());
    const char *const *files = policy_files(report->policy);
    if (files[0] == NULL)
        puts("# no policy file: the built-in default");
    for (; *files != NULL; files++)
        printf("# read from %s\n", *files);
    fputs(report->text, stdout);
    putchar('\n');
    const char *rule;
    for (size_t i = 0; (rule = policy_expired_rule(report->policy, i, time(NULL))) != NULL; i++)
        printf("# rule %s has expired and no longer applies: renew it or remove it\n", rule);
    print_warnings(&report->warnings);
    print_log(&report->log, log_of(report));
    for (size_t i = 0; i < report->source_count; i++)
        print_source(&report->sources[i]);
}

static json_t *json_error(const char *file, unsigned line, const char *text, const char *message)
{
    return json_pack("{s:o, s:i, s:o, s:o}", "file", json_text(file), "line", (int)line, "text", json_text(text),
                     "message", json_text(message));
}

static json_t *json_source(const struct source_report *source)
{
    json_t *problems = json_array();
    for (size_t i = 0; i < source->anchors.problem_count; i++) {
        const struct anchor_problem *problem = &source->anchors.problems[i];
        json_array_append_new(problems, json_pack("{s:o, s:i, s:o}", "file", json_text(problem->file), "position",
                                                  (int)problem->position, "message", json_text(problem->message)));
    }
    return json_pack("{s:o, s:o, s:i, s:o}", "source", json_text(source->source), "location",
                     json_text(source->location), "certificates", (int)source->anchors.count, "problems", problems);
}

static json_t *json_warnings(const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->warnings.count; i++) {
        const struct warning *warning = &report->warnings.items[i];
        json_array_append_new(list, json_pack("{s:o, s:i, s:o, s:o}", "file", json_text(warning->file), "line",
                                              (int)warning->line, "rule", json_text(warning->rule), "message",
                                              json_text(warning->message)));
    }
    return list;
}

static json_t *json_expired_rules(const struct report *report)
{
    json_t *list = json_array();
    const char *rule;
    for (size_t i = 0; report->policy != NULL && (rule = policy_expired_rule(report->policy, i, time(NULL))) != NULL;
         i++)
        json_array_append_new(list, json_text(rule));
    return list;
}

static json_t *json_log(const struct report *report)
{
    if (report->text == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o}", "destination", json_text(log_of(report)), "leads_to",
                     json_text(report->log.leads_to), "problem", json_text(report->log.problem));
}

static void print_json(const struct report *report)
{
    json_t *errors = json_array();
    for (size_t i = 0; i < report->errors.count; i++) {
        const struct config_error *error = &report->errors.items[i];
        json_array_append_new(errors, json_error(error->file, error->line, error->text, error->message));
    }
    json_t *trust = json_array();
    for (size_t i = 0; i < report->source_count; i++) {
        const struct source_report *source = &report->sources[i];
        json_array_append_new(trust, json_source(source));
        if (source->anchors.count == 0)
            json_array_append_new(errors, json_error(source->source, 0, NULL, "trust source without a certificate"));
    }
    json_t *files = json_array();
    const char *const *file = report->policy != NULL ? policy_files(report->policy) : NULL;
    for (; file != NULL && *file != NULL; file++)
        json_array_append_new(files, json_text(*file));
    json_t *root =
        json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "valid", (int)report->valid, "switched_off_by",
                  json_text(effective_kill_switch()), "expired_rules", json_expired_rules(report), "warnings",
                  json_warnings(report), "errors", errors, "files", files, "log", json_log(report), "trust", trust);
    json_print(root);
}

static int check(const char *file, bool as_json)
{
    struct config_environment environment = effective_environment();
    char *path = NULL;
    if (file != NULL) {
        path = realpath(file, NULL);
        environment = effective_file(path != NULL ? path : file);
    }
    struct report report = make_report(&environment);
    (as_json ? print_json : print_text)(&report);
    int status = report.valid ? STATUS_OK : STATUS_NEGATIVE;
    free_report(&report);
    free(path);
    return status;
}

int check_main(int argc, char **argv)
{
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    bool as_json = false;
    for (int option; (option = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (option == 'h') {
            usage(stdout);
            return STATUS_OK;
        }
        if (option != 'j')
            return STATUS_USAGE;
        as_json = true;
    }
    if (argc - optind > 1) {
        fputs("tlsward check: one FILE at most; 'tlsward check --help' says more\n", stderr);
        return STATUS_USAGE;
    }
    return check(argv[optind], as_json);
}
