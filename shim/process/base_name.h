/*
 * The last part of a path; basename(3) has two meanings, and one of them writes.
 */
#ifndef TLSWARD_BASE_NAME_H
#define TLSWARD_BASE_NAME_H

#include <string.h>

static inline const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

#endif
