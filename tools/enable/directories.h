/* Directories that everybody can enter, whatever the umask. */
#ifndef TLSWARD_DIRECTORIES_H
#define TLSWARD_DIRECTORIES_H

/* Makes one and those above it that are missing. 0 or the error of errno(3). */
int directories_make(const char *path);

#endif
