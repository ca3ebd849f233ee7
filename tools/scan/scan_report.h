/*
 * What a scan has to tell, and the forms in which it does.
 */
#ifndef TLSWARD_SCAN_REPORT_H
#define TLSWARD_SCAN_REPORT_H

#include "shared/coverage.h"
#include "scan/file_list.h"
#include "scan/file_scan.h"
#include "scan/scan_finding.h"

#include <stdint.h>

struct scan_report {
    struct scan_findings findings;
    struct coverages coverages;
    struct file_list unread; /* its unread ones */
    struct file_list cut;
    uint64_t files, bytes, binaries, processes;
    enum severity fail_on;
    bool has_baseline;
};

/* The findings that make the exit status: new ones, of the severity that counts or above. */
size_t scan_report_counted(const struct scan_report *report);

bool scan_finding_counts(const struct scan_report *report, const struct scan_finding *finding);

/* Grouped by rule, and as wide as the terminal. */
void scan_print_text(const struct scan_report *report);

/* One object a line. */
void scan_print_json(const struct scan_report *report);

void scan_print_sarif(const struct scan_report *report);

/* What could not be read, on standard error. */
void scan_print_unread(const struct scan_report *report);

#endif
