/*
 * The names in a directory, asked for a few at a time: often one of the first is all that is wanted, and what the C
 * library reads ahead of it costs more. Does not allocate.
 */
#ifndef TLSWARD_DIRECTORY_H
#define TLSWARD_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct directory {
    int fd;
    int error; /* errno of the reading that ended it too early, else 0 */
    size_t at, length;
    _Alignas(uint64_t) char entries[1024]; /* room for three of the longest names */
};

/* False, with errno set, where it cannot be opened; directory_close() is due otherwise. */
bool directory_open(struct directory *directory, const char *path);

/* The next name, in the order of the directory, until the next call; NULL at the end. */
const char *directory_next(struct directory *directory);

void directory_close(struct directory *directory);

#endif
