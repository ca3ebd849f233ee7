/*
 * The dynamic loaders of this host: programs of each read /etc/ld.so.preload, but musl's.
 */
#ifndef TLSWARD_LOADERS_H
#define TLSWARD_LOADERS_H

#include <stdbool.h>
#include <stddef.h>

struct loader {
    char *path;
    char *lib;  /* what $LIB stands for in its programs, without a slash at either end; NULL where it does not tell */
    char *libc; /* a program that every loader can run, or NULL */
    bool musl;
    bool native; /* of the library's machine and class */
};

struct loaders {
    struct loader *items;
    size_t count;
};

/* Looks at the places that loaders have, and asks each. */
struct loaders loaders_find(void);

/* The first one that the library is for, or NULL. */
const struct loader *loaders_native(const struct loaders *loaders);

void loaders_free(struct loaders *loaders);

#endif
