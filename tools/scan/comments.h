/*
 * Comments, which switch nothing off.
 */
#ifndef TLSWARD_COMMENTS_H
#define TLSWARD_COMMENTS_H

#include "scan/file_kind.h"

/* Overwrites the comments of a file of that kind by blanks; lines stay where they are. */
void comments_blank(enum file_kind kind, char *text, size_t length);

#endif
