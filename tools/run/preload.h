/*
 * Where libtlsward.so is, whether it loads, and the LD_PRELOAD that names it.
 */
#ifndef TLSWARD_PRELOAD_H
#define TLSWARD_PRELOAD_H

#include <stdbool.h>

/*
 * The library's absolute path: TLSWARD_LIBRARY, else beside this command, else ../lib from it. It has been
 * loaded once in a child process. NULL with the reason in *why; the caller frees both.
 */
char *preload_find(char **why);

/* Whether a path is that of a libtlsward.so, wherever it lies. */
bool preload_is_ours(const char *path);

/* True where /etc/ld.so.preload loads a libtlsward.so into every process. */
bool preload_is_systemwide(void);

/*
 * LD_PRELOAD with `library` first and every other libtlsward.so taken out of `current` (NULL: unset);
 * ld.so(8): entries are separated by colons or blanks. The caller frees the result.
 */
char *preload_list(const char *library, const char *current);

#endif
