/*
 * The "#!" line of a script, execve(2).
 */
#ifndef TLSWARD_SHEBANG_H
#define TLSWARD_SHEBANG_H

#include <stdbool.h>

struct shebang {
    char interpreter[256];
    char command[256];       /* env(1) as interpreter: the command it will look up in PATH; else empty */
    bool clears_environment; /* env -i */
};

/* Reads the line from the first `length` bytes of a file. False where there is none. */
bool shebang_parse(const char *head, unsigned length, struct shebang *shebang);

#endif
