/* What a path leads to, as the kernel resolves it. */
#ifndef TLSWARD_FILE_PATH_H
#define TLSWARD_FILE_PATH_H

#include "process/arena.h"

#include <stdbool.h>

/* What a link of /proc leads to, allocated; NULL where it cannot be told. `replaced`: another file has its path now. */
const char *file_path_of_link(const char *link, struct arena *arena, bool *replaced);

/* realpath(3) by the kernel: nothing of it may be another preloaded library's. Allocated; NULL where it leads nowhere.
 */
const char *file_path_resolve(const char *path, struct arena *arena);

#endif
