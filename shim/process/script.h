/*
 * Which script an interpreter was started with: a word of whoever started it, and true of what runs, where the file is
 * what it seems.
 */
#ifndef TLSWARD_SCRIPT_H
#define TLSWARD_SCRIPT_H

#include "process/arena.h"

#include <stdbool.h>
#include <sys/types.h>

struct script {
    /*
     * The absolute path that the interpreter was given, links in it as they are; "-m MODULE", "-c", "-e", "-r" or "-";
     * "" for what is no interpreter; NULL: unknown.
     */
    const char *name;
    bool is_certain;      /* an interpreter was started with this file, and its owner alone says what is in it */
    const char *resolved; /* the path with links resolved where it is another, else NULL */
};

/*
 * Remembers what an interpreter was started with: later the program may have another directory and may have written
 * over its arguments. A constructor gets these as execve(2) has them. What is no interpreter pays for a look at its
 * name, and no function is called that would have to be bound first. Where script_find() was asked before, it has
 * looked for itself, and nothing is done.
 */
void script_keep(int argument_count, char *const *arguments);

/* What is known of it for a process whose executable is this, as the kernel has it; NULL: unknown. In the arena. */
void script_find(struct script *script, const char *executable, struct arena *arena);

/*
 * Makes an absolute path of `path` and the absolute `directory`, whose links are resolved: without "." and "//", and
 * without the ".." that leads up from the directory. False where it does not fit. *is_plain is false where the result
 * has a ".." nevertheless: where that leads, links decide.
 */
bool script_path(const char *directory, const char *path, char *absolute, size_t size, bool *is_plain);

/*
 * Whether the name of a script is enough for a rule that weakens, where `interpreter` runs this file for `user`:
 * nobody but root and, without privileges, that user may have written it, nor the interpreter but root. The ids are the
 * kernel's.
 */
bool script_is_certain(const char *path, const char *interpreter, uid_t user, bool privileged);

#endif
