/*
 * One text under all rules: a file, or what a process has.
 */
#ifndef TLSWARD_EXAMINE_H
#define TLSWARD_EXAMINE_H

#include "scan/file_kind.h"
#include "scan/scan_finding.h"

struct examiner; /* read-only once made: threads share it */

/* `today`, YYYY-MM-DD, decides which exceptions have ended. To be freed. */
struct examiner *examiner_new(const char *today);

/* Adds what is found in the text, which is of that kind; without a kind the path decides. */
void examine_file(const struct examiner *examiner, const struct place *place, const char *text, size_t length,
                  struct scan_findings *findings);
void examine_text(const struct examiner *examiner, enum file_kind kind, const struct place *place, const char *text,
                  size_t length, struct scan_findings *findings);

void examiner_free(struct examiner *examiner);

#endif
