/*
 * What descriptor 2 was when the program started. A daemon that closed its standard error may have anything under that
 * number later: a database, a connection, another log.
 */
#ifndef TLSWARD_STANDARD_ERROR_H
#define TLSWARD_STANDARD_ERROR_H

#include <stdbool.h>

/* Remembers what descriptor 2 is now. */
void standard_error_keep(void);

/* Whether descriptor 2 is still (or again) what was remembered. False where it was closed then. */
bool standard_error_is_same(void);

#endif
