/*
 * The shared objects that a program links, found by reading alone: for programs that are not trusted, or that belong
 * to another root directory, as those of a container image do. linked_objects.h asks the program's own loader.
 */
#ifndef TLSWARD_NEEDED_OBJECTS_H
#define TLSWARD_NEEDED_OBJECTS_H

#include "shared/linked_objects.h"

#include <stdbool.h>

/*
 * Paths as this process can open them, also below another root ("" for its own). What is not found is left out; of
 * links, none leads out of the root. Freed by linked_objects_free().
 */
struct linked_objects needed_objects_list(const char *root, const char *program);

/* Whether an object names another, by its file's name, as one that it needs. */
bool needed_objects_names(const char *object, const char *name);

/* `path` as those see it who have that root; unchanged where it is not below it, as /proc/PID/exe. */
const char *needed_objects_inside(const char *root, const char *path);

/* The file that `path` is in that root, as this process can open it: below `root`. Or NULL; the caller frees it. */
char *needed_objects_resolve(const char *root, const char *path);

#endif
