#include "scan/scan.h"

#include "scan/baseline.h"
#include "scan/examine.h"
#include "scan/host_places.h"
#include "scan/observed.h"
#include "scan/processes.h"
#include "scan/scan_options.h"
#include "scan/scan_progress.h"
#include "scan/scan_report.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct scan {
    const struct scan_options *options;
    struct examiner *examiner;
    struct object_cache *cache;
    char *image; /* --container-image, without links and a slash at its end, or NULL */
    struct scan_report report;
    bool events_incomplete;
};

bool scan_finding_counts(const struct scan_report *report, const struct scan_finding *finding)
{
    return finding->state == FINDING_NEW && finding->rule->severity > SEVERITY_INFO &&
           finding->rule->severity >= report->fail_on;
}

size_t scan_report_counted(const struct scan_report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->findings.count; i++)
        count += scan_finding_counts(report, &report->findings.items[i]);
    return count;
}

static void move_unread(struct scan_report *report, struct file_list *list)
{
    for (size_t i = 0; i < list->unread_count; i++)
        file_list_add_unread(&report->unread, list->unread[i].path, list->unread[i].error);
}

/* `root` is what the programs' objects are looked for in. */
static void judge_programs(struct scan *scan, const struct file_list *programs, const char *root)
{
    struct scan_progress progress = scan_progress_start("programs", programs->count);
    for (size_t i = 0; i < programs->count; i++) {
        coverages_add_file(&scan->report.coverages, scan->cache, root, programs->items[i].path);
        scan_progress_step(&progress);
    }
    scan_progress_end(&progress);
}

static void scan_files(struct scan *scan, struct file_list *list, const char *root)
{
    file_list_unite(list);
    struct file_scan files = file_scan_run(scan->examiner, list);
    struct scan_report *report = &scan->report;
    scan_findings_join(&report->findings, &files.findings);
    report->files += files.files;
    report->bytes += files.bytes;
    report->binaries += files.binaries;
    for (size_t i = 0; i < files.cut.count; i++)
        file_list_add(&report->cut, files.cut.items[i].path, 0, false);
    move_unread(report, list);
    judge_programs(scan, &files.programs, root);
    file_scan_free(&files);
}

static void scan_paths(struct scan *scan)
{
    struct file_list list = {.items = NULL};
    for (size_t i = 0; i < scan->options->path_count; i++)
        file_list_add_tree(&list, scan->options->paths[i], false);
    scan_files(scan, &list, "");
    file_list_free(&list);
}

static void scan_image(struct scan *scan)
{
    struct file_list list = {.items = NULL};
    host_places_add(&list, scan->image);
    for (size_t i = 0; i < list.count; i++)
        list.items[i].relative = strlen(scan->image) + 1;
    file_list_add_tree(&list, scan->image, false);
    scan_files(scan, &list, scan->image);
    file_list_free(&list);
}

static void scan_host(struct scan *scan)
{
    struct file_list list = {.items = NULL}, programs = {.items = NULL};
    host_places_add(&list, "");
    for (size_t i = 0; i < list.count; i++)
        list.items[i].relative = 0;
    scan_files(scan, &list, "");
    host_places_add_programs(&programs);
    judge_programs(scan, &programs, "");
    file_list_free(&list);
    file_list_free(&programs);
}

static int print(struct scan *scan)
{
    static void (*const printers[])(const struct scan_report *report) = {
        [FORMAT_TEXT] = scan_print_text, [FORMAT_JSON] = scan_print_json, [FORMAT_SARIF] = scan_print_sarif};
    struct scan_report *report = &scan->report;
    printers[scan->options->format](report);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "tlsward scan: cannot write: %s\n", strerror(errno));
        return STATUS_INCOMPLETE;
    }
    scan_print_unread(report);
    if (scan_report_counted(report) > 0 && !scan->options->exit_zero)
        return STATUS_NEGATIVE;
    return report->unread.unread_count > 0 || scan->events_incomplete ? STATUS_INCOMPLETE : STATUS_OK;
}

static void read_events(struct scan *scan)
{
    struct reading reading = {.program = "tlsward scan",
                              .sources = scan->options->events,
                              .source_count = scan->options->event_count,
                              .period = period_all()};
    if (reading.source_count == 0)
        return;
    scan->events_incomplete = !observed_read(&scan->report.findings, scan->image, &reading);
    reading_free(&reading);
}

/* The baseline is read last, but what is wrong with it is told whatever was found. */
static int finish(struct scan *scan)
{
    char *problem = NULL;
    if (scan->options->baseline != NULL)
        problem = baseline_apply(scan->options->baseline, &scan->report.findings);
    if (problem != NULL) {
        fprintf(stderr, "tlsward scan: --baseline: %s\n", problem);
        free(problem);
        return STATUS_USAGE;
    }
    read_events(scan);
    scan_findings_sort(&scan->report.findings);
    coverages_sort(&scan->report.coverages);
    return print(scan);
}

static bool paths_are_there(const struct scan_options *options)
{
    bool all = true;
    for (size_t i = 0; i <= options->path_count; i++) {
        const char *path = i < options->path_count ? options->paths[i] : options->image;
        if (path == NULL || access(path, F_OK) == 0)
            continue;
        fprintf(stderr, "tlsward scan: %s: %s\n", path, strerror(errno));
        all = false;
    }
    return all;
}

static char *today(void)
{
    char day[sizeof "YYYY-MM-DD"];
    time_t now = time(NULL);
    struct tm broken;
    strftime(day, sizeof day, "%F", gmtime_r(&now, &broken));
    return text_format("%s", day);
}

static int scan_all(const struct scan_options *options)
{
    char *day = today();
    struct scan scan = {.options = options,
                        .examiner = examiner_new(day),
                        .cache = object_cache_new(),
                        .image = options->image != NULL ? realpath(options->image, NULL) : NULL,
                        .report = {.fail_on = options->fail_on, .has_baseline = options->baseline != NULL}};
    if (options->path_count > 0)
        scan_paths(&scan);
    if (scan.image != NULL)
        scan_image(&scan);
    if (options->host)
        scan_host(&scan);
    if (options->running)
        scan.report.processes = processes_scan(scan.examiner, scan.cache, &scan.report.findings, &scan.report.coverages,
                                               &scan.report.unread);
    int status = finish(&scan);
    scan_findings_free(&scan.report.findings);
    coverages_free(&scan.report.coverages);
    file_list_free(&scan.report.unread);
    file_list_free(&scan.report.cut);
    examiner_free(scan.examiner);
    object_cache_free(scan.cache);
    free(scan.image);
    free(day);
    return status;
}

int scan_main(int argc, char **argv)
{
    struct scan_options options;
    int status = scan_options_parse(argc, argv, &options);
    if (status < 0)
        status = paths_are_there(&options) ? scan_all(&options) : STATUS_USAGE;
    scan_options_free(&options);
    return status;
}
