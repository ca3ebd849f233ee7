/*
 * A file of events, compressed by Zstandard (RFC 8878).
 */
#ifndef TLSWARD_COLLECT_COMPRESS_H
#define TLSWARD_COLLECT_COMPRESS_H

#include <stdbool.h>

/*
 * Puts a compressed copy, with the same mode, owner and time, in the place of the file, once it is on the disk. A file
 * that is compressed already stays as it is. False with errno; then the file is as it was.
 */
bool compress_in_place(int directory, const char *name);

#endif
