/*
 * libsystemd passes over journal files that it may not read, and says nothing: who may read none is to be told.
 */
#ifndef TLSWARD_JOURNAL_ACCESS_H
#define TLSWARD_JOURNAL_ACCESS_H

#include <stdbool.h>

/*
 * True where there are journal files, or directories that may have some, in the directory and those in it, and this
 * process may read none. NULL: where journald(8) keeps those of this machine.
 */
bool journal_is_closed(const char *directory);

#endif
