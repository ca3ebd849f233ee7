#include "shared/object_cache.h"

#include "shared/text.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { BUCKETS = 4096 };

struct entry {
    dev_t device;
    ino_t inode;
    struct tls_object object;
    struct entry *next;
};

struct object_cache {
    struct entry *buckets[BUCKETS];
};

struct object_cache *object_cache_new(void)
{
    struct object_cache *cache = text_grow(NULL, 1, sizeof *cache);
    *cache = (struct object_cache){.buckets = {NULL}};
    return cache;
}

const struct tls_object *object_cache_get(struct object_cache *cache, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    struct entry **bucket = &cache->buckets[status.st_ino % BUCKETS];
    for (const struct entry *entry = *bucket; entry != NULL; entry = entry->next)
        if (entry->device == status.st_dev && entry->inode == status.st_ino)
            return &entry->object;
    struct entry *added = text_grow(NULL, 1, sizeof *added);
    *added = (struct entry){status.st_dev, status.st_ino, tls_object_inspect(path), *bucket};
    *bucket = added;
    return &added->object;
}

void object_cache_free(struct object_cache *cache)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct entry *entry = cache->buckets[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            tls_object_free(&entry->object);
            free(entry);
        }
    free(cache);
}
