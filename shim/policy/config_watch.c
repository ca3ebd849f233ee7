#include "policy/config_watch.h"

#include "policy/policy_value.h"
#include "process/fnv.h"

#include <string.h>

static uint64_t mix(uint64_t sum, const struct file_identity *file)
{
    const uint64_t parts[] = {
        file->kind,
        file->device,
        file->inode,
        file->size,
        (uint64_t)file->modified_seconds,
        (uint64_t)file->modified_nanoseconds,
        (uint64_t)file->changed_seconds,
        (uint64_t)file->changed_nanoseconds,
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sum = fnv_add(sum, parts[i]);
    return sum;
}

void config_watch_add(struct config_watch *watch, struct arena *arena, const char *path,
                      const struct file_identity *identity)
{
    struct watched_file *files = arena_grow(arena, watch->files, watch->count, sizeof *files);
    if (!files)
        return;
    files[watch->count++] = (struct watched_file){path, *identity};
    watch->files = files;
}

void config_watch_keep(struct policy *policy, const struct config_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        const struct watched_file *file = &watch->files[i];
        const char *path = arena_copy(&policy->arena, file->path, strlen(file->path));
        config_watch_add(&policy->watch, &policy->arena, path, &file->identity);
    }
}

uint64_t config_watch_fingerprint(const struct policy *policy)
{
    uint64_t sum = FNV_SEED;
    for (size_t i = 0; i < policy->watch.count; i++)
        sum = mix(sum, &policy->watch.files[i].identity);
    return sum;
}

uint64_t config_watch_fingerprint_now(const struct policy *policy)
{
    uint64_t sum = FNV_SEED;
    for (size_t i = 0; i < policy->watch.count; i++) {
        const struct file_identity now = file_identify(policy->watch.files[i].path);
        sum = mix(sum, &now);
    }
    return sum;
}
