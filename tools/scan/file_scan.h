/*
 * All files of a list under all rules, by as many threads as there are processors.
 */
#ifndef TLSWARD_FILE_SCAN_H
#define TLSWARD_FILE_SCAN_H

#include "scan/examine.h"
#include "scan/file_list.h"

#include <stdint.h>

/* Of a longer file the rest is not looked at. */
#define FILE_SCAN_BYTES (UINT64_C(8) << 20)

struct file_scan {
    struct scan_findings findings;
    struct file_list programs; /* ELF files that can be executed */
    struct file_list cut;      /* files that were longer than what is looked at */
    uint64_t files, bytes;     /* of texts that were examined */
    uint64_t binaries;         /* files that are no text */
};

/*
 * What cannot be read is added to the list's unread ones. Says on a terminal how far it is. To be freed.
 */
struct file_scan file_scan_run(const struct examiner *examiner, struct file_list *list);

void file_scan_free(struct file_scan *scan);

#endif
