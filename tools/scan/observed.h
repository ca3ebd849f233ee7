/*
 * Which findings the events of programs bear out: the same script, process, unit or program was seen not to verify.
 */
#ifndef TLSWARD_OBSERVED_H
#define TLSWARD_OBSERVED_H

#include "events/reading.h"
#include "scan/scan_finding.h"

/*
 * Reads the events, of which program, sources and period are set, and notes in each finding what was observed of it.
 * `image` is the directory in which paths begin that were found in one, or NULL. A handshake counts where the program
 * did not demand both chain and name, and did not read the names afterwards. False where not all of the
 * events could be understood, which is said on standard error.
 */
bool observed_read(struct scan_findings *findings, const char *image, struct reading *reading);

/*
 * "seen: script /opt/x.py made 7 handshakes without verifying, the last 2026-11-21T06:44:40Z", which the caller frees;
 * NULL where nothing was observed. The script is as the events have it: not safe to show.
 */
char *observed_sentence(const struct scan_finding *finding);

#endif
