#include "scan/scan_report.h"

#include "scan/observed.h"
#include "scan/screen.h"
#include "shared/text.h"
#include "shared/text_table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 2, MOST_UNREAD = 10 };

static enum colour colour_of(enum severity severity)
{
    return severity == SEVERITY_HIGH ? COLOUR_BAD : severity == SEVERITY_INFO ? COLOUR_FAINT : COLOUR_STRONG;
}

static void print_heading(const struct scan_rule *rule, size_t width)
{
    printf("%s%s  %s%s\n", text_colour(stdout, colour_of(rule->severity)), severity_name(rule->severity), rule->id,
           text_colour(stdout, COLOUR_OFF));
    screen_wrap(rule->title, INDENT, width);
}

static char *place_of(const struct scan_finding *finding)
{
    char *path = text_clean(finding->shown, strlen(finding->shown));
    char *place = finding->pid != 0 ? text_format("process %d, %s", (int)finding->pid, path)
                                    : text_format("%s:%u", path, finding->line);
    free(path);
    return place;
}

static char *remark_on(const struct scan_finding *finding)
{
    if (finding->state == FINDING_ACCEPTED)
        return text_format("accepted until %s by %s: %s", finding->expires, finding->owner, finding->reason);
    if (finding->note != NULL)
        return text_format("%s", finding->note);
    return finding->state == FINDING_KNOWN ? text_format("known by the baseline") : NULL;
}

static void print_remark(const char *remark, size_t width)
{
    char *clean = text_clean(remark, strlen(remark));
    fputs(text_colour(stdout, COLOUR_FAINT), stdout);
    screen_wrap(clean, INDENT + 4, width);
    fputs(text_colour(stdout, COLOUR_OFF), stdout);
    free(clean);
}

static void print_finding(const struct scan_finding *finding, size_t place_width, size_t width)
{
    char *place = place_of(finding);
    char *remark = remark_on(finding), *observed = observed_sentence(finding);
    printf("%*s", INDENT, "");
    screen_print(place, place_width, true);
    printf("  ");
    screen_print(finding->text, width > place_width + INDENT + 2 ? width - place_width - INDENT - 2 : 8, false);
    putchar('\n');
    if (remark != NULL)
        print_remark(remark, width);
    if (observed != NULL)
        print_remark(observed, width);
    free(observed);
    free(remark);
    free(place);
}

static size_t widest_place(const struct scan_finding *first, size_t count)
{
    size_t widest = 0;
    for (size_t i = 0; i < count; i++) {
        char *place = place_of(&first[i]);
        size_t width = text_width(place);
        widest = width > widest ? width : widest;
        free(place);
    }
    return widest;
}

/* What an exception is a finding of has nothing to do with what runs. */
static void print_reach(const struct scan_rule *rule, bool protected, size_t width)
{
    if (rule->where == 0)
        return;
    char *reach = text_format("at run time: %s", protected && rule->reach <= REACH_BUILD
                                                     ? "tlsward is in these processes and verifies all the same"
                                                     : reach_sentence(rule->reach));
    screen_wrap(reach, INDENT, width);
    free(reach);
}

/* All of one rule. */
static void print_group(const struct scan_finding *first, size_t count, size_t width)
{
    size_t widest = widest_place(first, count), room = width * 6 / 10;
    bool protected = true;
    print_heading(first->rule, width);
    for (size_t i = 0; i < count; i++) {
        print_finding(&first[i], widest < room ? widest : room, width);
        protected = protected && first[i].protected;
    }
    char *mend = text_format("instead: %s", first->rule->mend);
    screen_wrap(mend, INDENT, width);
    free(mend);
    print_reach(first->rule, protected, width);
    putchar('\n');
}

static void print_findings(const struct scan_report *report, size_t width)
{
    for (size_t first = 0; first < report->findings.count;) {
        size_t count = 1;
        while (first + count < report->findings.count &&
               report->findings.items[first + count].rule == report->findings.items[first].rule)
            count++;
        print_group(&report->findings.items[first], count, width);
        first += count;
    }
}

/* How many from the first have the same in common. */
static size_t count_alike(const struct coverages *all, size_t first, const char *sentence)
{
    size_t count = 0;
    for (size_t i = first; i < all->count && all->items[i].status == all->items[first].status; i++, count++) {
        char *other = coverage_sentence(&all->items[i]);
        bool alike = strcmp(other, sentence) == 0;
        free(other);
        if (!alike)
            break;
    }
    return count;
}

/* "/usr/sbin/nginx (17 processes), /usr/bin/curl" */
static char *names_of(const struct coverage *first, size_t count)
{
    char *names = text_format("%s", "");
    for (size_t i = 0; i < count;) {
        size_t same = 1;
        while (i + same < count && strcmp(first[i].program, first[i + same].program) == 0)
            same++;
        char *clean = text_clean(first[i].program, strlen(first[i].program));
        char *processes = first[i].pid == 0 ? text_format("%s", "")
                          : same > 1        ? text_format(" (%zu processes)", same)
                                            : text_format(" (process %d)", (int)first[i].pid);
        char *longer = text_format("%s%s%s%s", names, *names != '\0' ? ", " : "", clean, processes);
        free(names);
        free(clean);
        free(processes);
        names = longer;
        i += same;
    }
    return names;
}

/* The programs of one sentence; returns how many. */
static size_t print_programs(const struct coverages *all, size_t first, size_t width)
{
    char *sentence = coverage_sentence(&all->items[first]);
    size_t count = count_alike(all, first, sentence);
    char *names = names_of(&all->items[first], count);
    char *clean = text_clean(sentence, strlen(sentence));
    screen_wrap(clean, INDENT, width);
    screen_wrap(names, INDENT + 4, width);
    free(clean);
    free(names);
    free(sentence);
    return count;
}

static void print_coverage(const struct scan_report *report, size_t width)
{
    static const char *const titles[] = {"not covered by tlsward", "covered in part", "covered"};
    static const enum colour colours[] = {COLOUR_BAD, COLOUR_STRONG, COLOUR_GOOD};
    const struct coverages *all = &report->coverages;
    size_t i = 0;
    for (enum coverage_status status = COVERAGE_NOT; status <= COVERAGE_YES; status++) {
        if (coverages_count(all, status) == 0)
            continue;
        printf("%s%s: %zu%s\n", text_colour(stdout, colours[status]), titles[status], coverages_count(all, status),
               text_colour(stdout, COLOUR_OFF));
        while (i < all->count && all->items[i].status == status)
            i += print_programs(all, i, width);
        putchar('\n');
    }
}

__attribute__((format(printf, 2, 3))) static void print_wrapped(size_t width, const char *format, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    screen_wrap(line, 0, width);
}

static void print_counts(const struct scan_report *report, size_t width)
{
    size_t counts[SEVERITY_HIGH + 1] = {0}, known = 0, accepted = 0;
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct scan_finding *finding = &report->findings.items[i];
        known += finding->state == FINDING_KNOWN;
        accepted += finding->state == FINDING_ACCEPTED;
        counts[finding->rule->severity] += finding->state == FINDING_NEW;
    }
    print_wrapped(width, "%zu high, %zu medium, %zu low, %zu info; %zu accepted, %zu known by the baseline",
                  counts[SEVERITY_HIGH], counts[SEVERITY_MEDIUM], counts[SEVERITY_LOW], counts[SEVERITY_INFO], accepted,
                  known);
    const struct coverages *all = &report->coverages;
    if (all->count > 0)
        print_wrapped(width, "programs: %zu not covered, %zu in part, %zu covered, %zu without TLS",
                      coverages_count(all, COVERAGE_NOT), coverages_count(all, COVERAGE_PARTLY),
                      coverages_count(all, COVERAGE_YES), coverages_count(all, COVERAGE_NO_TLS));
    print_wrapped(width, "looked at: %" PRIu64 " text files (%.1f MB), %" PRIu64 " others, %" PRIu64 " processes",
                  report->files, (double)report->bytes / 1e6, report->binaries, report->processes);
}

void scan_print_text(const struct scan_report *report)
{
    size_t width = screen_width(stdout);
    print_coverage(report, width);
    print_findings(report, width);
    print_counts(report, width);
}

void scan_print_unread(const struct scan_report *report)
{
    size_t count = report->unread.unread_count;
    for (size_t i = 0; i < count && i < MOST_UNREAD; i++) {
        const struct unread *unread = &report->unread.unread[i];
        char *path = text_clean(unread->path, strlen(unread->path));
        fprintf(stderr, "tlsward scan: %s: %s\n", path, strerror(unread->error));
        free(path);
    }
    if (count > MOST_UNREAD)
        fprintf(stderr, "tlsward scan: and %zu more could not be read; --json names them all\n", count - MOST_UNREAD);
    for (size_t i = 0; i < report->cut.count; i++) {
        char *path = text_clean(report->cut.items[i].path, strlen(report->cut.items[i].path));
        fprintf(stderr, "tlsward scan: %s: longer than 8 MiB: the rest was not looked at\n", path);
        free(path);
    }
}
