/*
 * An earlier output, whose findings are known.
 */
#ifndef TLSWARD_BASELINE_H
#define TLSWARD_BASELINE_H

#include "scan/scan_finding.h"

/*
 * Marks the new findings that a file has, which is of --json or of --format sarif. Returns NULL, or what is wrong with
 * it; the caller frees that.
 */
char *baseline_apply(const char *file, struct scan_findings *findings);

#endif
