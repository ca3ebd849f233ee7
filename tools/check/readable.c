#include "check/readable.h"

#include "policy/config_error.h"
#include "process/start.h"
#include "process/kill_switch.h"
#include "shared/system_store.h"
#include "shared/text.h"
#include "trust/anchor_directory.h"
#include "trust/trust.h"
#include "trust/trust_places.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * `needed` is of the bits for others. The kernel asks the bits of the owner, or of the group, alone where somebody is
 * one of them (path_resolution(7)), even where others may do more; root may in any case.
 */
static bool everybody_may(const struct stat *status, mode_t needed)
{
    mode_t all = needed | needed << 3 | (status->st_uid != 0 ? needed << 6 : 0);
    return (status->st_mode & all) == all;
}

static char *obstacle_at(const char *path, mode_t needed, const char *what)
{
    struct stat status;
    if (stat(path, &status) != 0 || everybody_may(&status, needed))
        return NULL;
    return text_format("%s%s has mode %04o", what, path, (unsigned)status.st_mode & 07777u);
}

static char *obstacle_on_the_way(char *path)
{
    char *obstacle = NULL;
    for (char *slash = strchr(path + 1, '/'); slash != NULL && obstacle == NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        obstacle = obstacle_at(path, S_IXOTH, "the directory ");
        *slash = '/';
    }
    return obstacle;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *readable_obstacle(const char *path)
{
    char *resolved = realpath(path, NULL);
    if (resolved == NULL)
        return NULL;
    char *obstacle = obstacle_on_the_way(resolved);
    if (obstacle == NULL)
        obstacle = obstacle_at(resolved, is_directory(resolved) ? S_IROTH | S_IXOTH : S_IROTH, "");
    free(resolved);
    return obstacle;
}

/* Of a directory of anchors, the first file that is looked at and that some cannot read. */
static char *obstacle_within(const char *directory)
{
    char *obstacle = NULL;
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    bool (*is_read)(const char *) =
        anchor_directory_is_hashed(directory) ? anchor_directory_is_hash_name : anchor_directory_is_certificate_name;
    while (entries != NULL && obstacle == NULL && (entry = readdir(entries)) != NULL) {
        char *path = text_format("%s/%s", directory, entry->d_name);
        if (is_read(entry->d_name) && !is_directory(path))
            obstacle = readable_obstacle(path);
        free(path);
    }
    if (entries != NULL)
        closedir(entries);
    return obstacle;
}

static void add(struct config_errors *errors, const char *path, char *obstacle, const char *consequence)
{
    if (obstacle != NULL)
        config_error_add(errors, path, 0, NULL, "not every user can read it, as %s: %s", obstacle, consequence);
    free(obstacle);
}

/* True where there is no policy file at all: what is in the system's directory is for the host all the same. */
static bool is_for_the_host(const struct policy *policy)
{
    static const char directory[] = SYSTEM_DIRECTORY "/";
    const char *first = policy_files(policy)[0];
    return first == NULL || strncmp(first, directory, sizeof directory - 1) == 0;
}

void readable_check_policy(const struct policy *policy, struct config_errors *errors)
{
    static const char drop_ins[] = SYSTEM_DIRECTORY "/policy.d";
    static const char consequence[] =
        "their processes go by the other files alone, and where they can read none by mode = audit";
    if (!is_for_the_host(policy))
        return;
    add(errors, SYSTEM_DIRECTORY, readable_obstacle(SYSTEM_DIRECTORY),
        "their processes do not see " KILL_SWITCH ", the kill switch");
    add(errors, drop_ins, readable_obstacle(drop_ins), consequence);
    for (const char *const *file = policy_files(policy); *file != NULL; file++)
        add(errors, *file, readable_obstacle(*file), consequence);
}

static char *obstacle_to_anchors(const char *place)
{
    char *obstacle = readable_obstacle(place);
    return obstacle == NULL && is_directory(place) ? obstacle_within(place) : obstacle;
}

/* Whether what stands in for a place can be reached by those who cannot reach the place. */
static bool is_replaced(const struct trust_places *places, size_t index)
{
    if (index + 1 == places->count || !places->items[index + 1].stands_in)
        return false;
    char *of_place = readable_obstacle(places->items[index].path);
    char *of_substitute = readable_obstacle(places->items[index + 1].path);
    bool replaced = of_place != NULL && of_substitute == NULL;
    free(of_place);
    free(of_substitute);
    return replaced;
}

/* What a user's variables name is his own. */
static char *obstacle_to_system(void)
{
    struct trust_places places = {.items = NULL};
    char *obstacle = NULL;
    trust_believe_environment(NULL, NULL);
    trust_places_add_system(&places);
    for (size_t i = 0; i < places.count && obstacle == NULL; i++)
        if (!places.items[i].stands_in && !is_replaced(&places, i))
            obstacle = obstacle_to_anchors(places.items[i].path);
    trust_places_free(&places);
    system_store_believe_environment();
    return obstacle;
}

void readable_check_trust(const struct policy *policy, const char *source, struct config_errors *errors)
{
    if (policy_files(policy)[0] == NULL || !is_for_the_host(policy))
        return;
    add(errors, source, *source == '/' ? obstacle_to_anchors(source) : obstacle_to_system(),
        "their processes trust nothing of what they cannot read there, and under enforce are blocked from it");
}
