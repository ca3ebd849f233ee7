/* What is kept below /var/lib/tlsward: /etc/ld.so.preload as it was, and what the boot guard remembers. */
#ifndef TLSWARD_BACKUP_H
#define TLSWARD_BACKUP_H

#include <stddef.h>

#define STATE_DIRECTORY "/var/lib/tlsward"
#define BACKUP_FILE STATE_DIRECTORY "/ld.so.preload.before"

/* Writes a file there as a whole, for everybody to read. NULL, or what went wrong; the caller frees it. */
char *state_write(const char *path, const char *text, size_t length);

/* Keeps the text in BACKUP_FILE. The same. */
char *backup_write(const char *text, size_t length);

#endif
