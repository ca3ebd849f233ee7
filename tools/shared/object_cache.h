/*
 * What is known of ELF files, each looked at once: many programs link the same objects.
 */
#ifndef TLSWARD_OBJECT_CACHE_H
#define TLSWARD_OBJECT_CACHE_H

#include "shared/tls_object.h"

struct object_cache;

/* To be freed. */
struct object_cache *object_cache_new(void);

/* Valid as long as the cache. NULL where the file cannot be looked at. The path is that of the first one asked for. */
const struct tls_object *object_cache_get(struct object_cache *cache, const char *path);

void object_cache_free(struct object_cache *cache);

#endif
