#include "peer/kept_candidates.h"

#include <stdlib.h>
#include <string.h>

/* The members that are names: where they are, and how many. */
static const struct {
    size_t offset;
    size_t count;
} members[] = {
    {offsetof(struct peer_candidates, policy), 1},
    {offsetof(struct peer_candidates, app), PEER_APP_NAMES},
    {offsetof(struct peer_candidates, sni), 1},
    {offsetof(struct peer_candidates, bio), 1},
    {offsetof(struct peer_candidates, resolver), PEER_LOOKUP_NAMES},
    {offsetof(struct peer_candidates, session), 1},
    {offsetof(struct peer_candidates, address), 1},
};
enum { MEMBERS = sizeof members / sizeof members[0], NAMES_MAX = 5 + PEER_APP_NAMES + PEER_LOOKUP_NAMES };

struct kept_candidates {
    size_t app_count;
    bool app_is_incomplete;
    size_t resolver_count;
    bool resolver_is_weak;
    bool address_is_weak;
    size_t count;
    struct {
        size_t offset;
        struct peer_name name;
    } names[];
};

static const struct peer_name *name_at(const struct peer_candidates *candidates, size_t offset)
{
    return (const void *)((const char *)candidates + offset);
}

/* Where the names are that are known; returns how many. */
static size_t find_names(const struct peer_candidates *candidates, size_t offsets[static NAMES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < MEMBERS; i++)
        for (size_t j = 0; j < members[i].count; j++) {
            size_t offset = members[i].offset + j * sizeof(struct peer_name);
            if (name_at(candidates, offset)->kind != PEER_NONE)
                offsets[count++] = offset;
        }
    return count;
}

struct kept_candidates *candidates_keep(const struct peer_candidates *candidates)
{
    size_t offsets[NAMES_MAX];
    size_t count = find_names(candidates, offsets);
    struct kept_candidates *kept = malloc(sizeof *kept + count * sizeof kept->names[0]);
    if (kept == NULL)
        return NULL;
    kept->app_count = candidates->app_count;
    kept->app_is_incomplete = candidates->app_is_incomplete;
    kept->resolver_count = candidates->resolver_count;
    kept->resolver_is_weak = candidates->resolver_is_weak;
    kept->address_is_weak = candidates->address_is_weak;
    kept->count = count;
    for (size_t i = 0; i < count; i++) {
        kept->names[i].offset = offsets[i];
        kept->names[i].name = *name_at(candidates, offsets[i]);
    }
    return kept;
}

void candidates_recall(const struct kept_candidates *kept, struct peer_candidates *candidates)
{
    *candidates = (struct peer_candidates){0};
    if (kept == NULL)
        return;
    candidates->app_count = kept->app_count;
    candidates->app_is_incomplete = kept->app_is_incomplete;
    candidates->resolver_count = kept->resolver_count;
    candidates->resolver_is_weak = kept->resolver_is_weak;
    candidates->address_is_weak = kept->address_is_weak;
    for (size_t i = 0; i < kept->count; i++)
        memcpy((char *)candidates + kept->names[i].offset, &kept->names[i].name, sizeof kept->names[i].name);
}
