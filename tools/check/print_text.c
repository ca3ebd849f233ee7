#include "check/report.h"

#include "shared/effective.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

static void print_place(FILE *out, const struct finding *finding)
{
    if (finding->file != NULL && finding->line > 0)
        fprintf(out, "%s:%u: ", finding->file, finding->line);
    else if (finding->file != NULL)
        fprintf(out, "%s: ", finding->file);
}

static void print_error(const struct finding *finding)
{
    fputs(text_colour(stderr, COLOUR_STRONG), stderr);
    print_place(stderr, finding);
    fprintf(stderr, "%s%s [%s]\n", text_colour(stderr, COLOUR_OFF), finding->message, finding->id);
    if (finding->text == NULL)
        return;
    char *text = text_clean(finding->text, strlen(finding->text));
    fprintf(stderr, "    %s\n", text);
    free(text);
}

/* As comments, so that the whole output is a policy file. */
static void print_warning(const struct finding *finding)
{
    fputs("# ", stdout);
    print_place(stdout, finding);
    if (finding->rule != NULL)
        printf("rule %s: ", finding->rule);
    printf("%s [%s]\n", finding->message, finding->id);
}

static void print_findings(const struct check_report *report, enum severity severity)
{
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (finding->severity == severity)
            (severity == FINDING_ERROR ? print_error : print_warning)(finding);
    }
}

static size_t count_expired(const struct anchors *anchors)
{
    size_t count = 0;
    for (size_t i = 0; i < anchors->count; i++)
        count += anchor_has_expired(&anchors->items[i], time(NULL));
    return count;
}

static void print_source(const struct source_report *source)
{
    size_t count = source->anchors.count, expired = count_expired(&source->anchors);
    printf("# %strust = %s: %zu certificate%s", text_colour(stdout, count == 0 ? COLOUR_BAD : COLOUR_GOOD),
           source->source, count, count == 1 ? "" : "s");
    if (source->location != NULL)
        printf(" in %s", source->location);
    if (expired > 0)
        printf(", %zu of them expired", expired);
    printf("%s\n", text_colour(stdout, COLOUR_OFF));
}

static void print_log(const struct log_place *place, const char *log)
{
    bool bad = place->problem != NULL;
    printf("# %slog = %s: %s%s%s\n", text_colour(stdout, bad ? COLOUR_BAD : COLOUR_GOOD), log,
           bad ? "no event of this user's processes arrives now: " : "goes to ", bad ? place->problem : place->leads_to,
           text_colour(stdout, COLOUR_OFF));
}

void check_print_text(const struct check_report *report)
{
    print_findings(report, FINDING_ERROR);
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
    print_findings(report, FINDING_WARNING);
    print_log(&report->log, check_report_log(report));
    for (size_t i = 0; i < report->source_count; i++)
        print_source(&report->sources[i]);
}
