/*
 * The files that a policy was looked for in, as they were before they were read: whatever changes while they are read
 * shows as a change later.
 */
#ifndef TLSWARD_CONFIG_WATCH_H
#define TLSWARD_CONFIG_WATCH_H

#include "policy/policy.h"
#include "process/arena.h"
#include "process/file_identity.h"

struct watched_file {
    const char *path;
    struct file_identity identity;
};

struct config_watch {
    struct watched_file *files;
    size_t count;
};

/* Adds a file that is there, or not there. The path is borrowed. Memory shortage shows in the arena. */
void config_watch_add(struct config_watch *watch, struct arena *arena, const char *path,
                      const struct file_identity *identity);

/* Leaves a copy with the policy. Memory shortage shows in the policy's arena. */
void config_watch_keep(struct policy *policy, const struct config_watch *watch);

/* What stands for the files that the policy was read from: as they were then, and as they are now. */
uint64_t config_watch_fingerprint(const struct policy *policy);
uint64_t config_watch_fingerprint_now(const struct policy *policy);

#endif
