/*
 * The library of this installation, and what in /etc/ld.so.preload stands for it or for another one.
 */
#ifndef TLSWARD_INSTANCE_H
#define TLSWARD_INSTANCE_H

#include "enable/loaders.h"

#include <stdbool.h>
#include <stddef.h>

#define INSTANCE_LIBRARY TLSWARD_LIBDIR "/libtlsward.so"

/*
 * Why the library must not be given to every program: it is not there, or somebody else than root can replace it. NULL
 * where nothing is against it; the caller frees it.
 */
char *instance_obstacle(void);

/* What names the library itself, by $LIB where that leads to it. The caller frees it. */
char *instance_entry(const struct loaders *loaders);

/* The first entry of a text that is a libtlsward.so and not this one, or NULL; the caller frees it. */
char *instance_other(const char *text, size_t length, const struct loaders *loaders);

/* Whether a text has this entry, and no other of ours. */
bool instance_is_named(const char *text, size_t length, const char *entry);

#endif
