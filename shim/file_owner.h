/* Who may have written a file. */
#ifndef TLSWARD_FILE_OWNER_H
#define TLSWARD_FILE_OWNER_H

#include "kernel.h"

#include <stdbool.h>

/*
 * NULL, or why a file may have been written by somebody who must not write policies: it is neither root's nor, in a
 * process without privileges, its real user's, or others may write it. The ids are the kernel's, whatever a preloaded
 * library tells the program. In a user namespace root's own files belong to nobody, user_namespaces(7): there nobody's
 * count as root's.
 */
const char *file_owner_objection(const kernel_status *status, bool privileged);

#endif
