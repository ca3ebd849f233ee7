#include "anchors/trust_print.h"

#include "events/timestamp.h"
#include "shared/certificate.h"
#include "shared/text_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DATE_LENGTH = 10 };

static const char *const mode_meanings[] = {
    [TRUST_SUPPLEMENT] = "supplement: what the program itself trusts counts as well",
    [TRUST_EXTEND] = "extend: these count beside what the program itself trusts",
    [TRUST_EXCLUSIVE] = "exclusive: what the program itself trusts does not count",
};

static void print_sources(const struct settings *settings)
{
    printf("rule        %s%s\ntrust       ", settings->rule != NULL ? settings->rule : "[policy], as no rule matches",
           settings->rule_is_uncertain ? ", which tightens: whether it matches is not known" : "");
    for (size_t i = 0; i < settings->trust_count; i++)
        printf("%s%s", i > 0 ? ", " : "", settings->trust[i].path != NULL ? settings->trust[i].path : "system");
    printf("\ntrust-mode  %s\n", mode_meanings[settings->trust_mode]);
}

static void print_counts(const struct trust_view *view, const struct anchor_uses *uses)
{
    size_t of[ORIGIN_DISTRIBUTION + 1] = {0}, expired = 0, used = 0;
    for (size_t i = 0; i < view->count; i++) {
        of[view->items[i].origin]++;
        expired += anchor_has_expired(view->items[i].anchor, time(NULL));
        used += view->items[i].use != NULL;
    }
    printf("anchors     %zu", view->count);
    for (size_t i = 0; i <= ORIGIN_DISTRIBUTION; i++)
        if (of[i] > 0)
            printf(", %zu %s", of[i], anchor_origin_text((enum anchor_origin)i));
    if (expired > 0)
        printf(", %zu expired", expired);
    if (uses != NULL)
        printf("; %zu used in %" PRIu64 " events\n", used, uses->events);
    else
        puts("; whether they are used is not known: name a source of events");
}

static void print_table(const struct trust_view *view)
{
    static const struct table_column columns[] = {
        {"ORIGIN", ALIGN_LEFT},  {"EXPIRES", ALIGN_LEFT}, {"USED", ALIGN_RIGHT}, {"LAST", ALIGN_LEFT},
        {"SUBJECT", ALIGN_LEFT}, {"SHA-256", ALIGN_LEFT}, {"FILE", ALIGN_LEFT}};
    struct text_table table = text_table(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < view->count; i++) {
        const struct viewed_anchor *item = &view->items[i];
        char fingerprint[65], count[24] = "", last[TIMESTAMP_SIZE] = "";
        struct certificate_text text = certificate_describe(item->anchor->certificate);
        certificate_fingerprint(item->anchor->certificate, fingerprint);
        text.not_after[DATE_LENGTH] = '\0';
        if (item->use != NULL) {
            snprintf(count, sizeof count, "%" PRIu64, item->use->count);
            timestamp_write(item->use->last, last)[DATE_LENGTH] = '\0';
        }
        const enum colour colour = text.days_left < 0             ? COLOUR_BAD
                                   : item->origin == ORIGIN_LOCAL ? COLOUR_WARNING
                                                                  : COLOUR_OFF;
        text_table_add(&table, colour,
                       (const char *const[]){anchor_origin_text(item->origin), text.not_after, count, last,
                                             item->subject, fingerprint, item->anchor->file});
        certificate_text_free(&text);
    }
    text_table_print(&table, stdout, 0);
}

static void print_local(const struct trust_view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct viewed_anchor *item = &view->items[i];
        if (item->origin != ORIGIN_DISTRIBUTION)
            printf("%s%s: %s: %s\n", i == 0 ? "\n" : "", anchor_origin_text(item->origin), item->subject, item->how);
    }
}

static void print_missing(const struct trust_view *view)
{
    for (size_t i = 0; i < view->missing_count; i++) {
        const struct missing_anchor *missing = &view->missing[i];
        printf("\n%smissing%s: %s", text_colour(stdout, COLOUR_BAD), text_colour(stdout, COLOUR_OFF), missing->subject);
        if (missing->file != NULL)
            printf(" (%s)", missing->file);
        if (missing->refused > 0)
            printf(", %" PRIu64 " connections not trusted", missing->refused);
        printf("\n    %s\n", missing->why);
        if (missing->command != NULL)
            printf("        %s\n", missing->command);
    }
}

void trust_print(const struct trust_view *view, const struct anchor_uses *uses)
{
    print_sources(&view->settings);
    if (view->other_lists)
        puts("            rules for some destinations, programs or users trust other sources");
    print_counts(view, uses);
    if (view->count > 0) {
        putchar('\n');
        print_table(view);
    }
    print_local(view);
    print_missing(view);
    for (size_t i = 0; i < view->anchors.problem_count; i++) {
        const struct anchor_problem *problem = &view->anchors.problems[i];
        fprintf(stderr, "tlsward trust: warning: %s: %s\n", problem->file, problem->message);
    }
}
