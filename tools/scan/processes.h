/*
 * Running processes: what switches verification off in their environments and arguments, and whether they are covered.
 */
#ifndef TLSWARD_PROCESSES_H
#define TLSWARD_PROCESSES_H

#include "shared/coverage.h"
#include "scan/examine.h"
#include "scan/file_list.h"

/*
 * Looks at all but this one, those of other mount namespaces as well. What may not be read is added to `unread`.
 * Returns how many were looked at.
 */
size_t processes_scan(const struct examiner *examiner, struct object_cache *cache, struct scan_findings *findings,
                      struct coverages *coverages, struct file_list *unread);

#endif
