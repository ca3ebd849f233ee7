#include "readable.h"

#include "config_error.h"
#include "process.h"
#include "text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *obstacle_at(const char *path, mode_t needed, const char *what)
{
    struct stat status;
    if (stat(path, &status) != 0 || (status.st_mode & needed) == needed)
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

/* Of a directory of anchors, the first file that some cannot read. */
static char *obstacle_within(const char *directory)
{
    char *obstacle = NULL;
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    while (entries != NULL && obstacle == NULL && (entry = readdir(entries)) != NULL) {
        char *path = text_format("%s/%s", directory, entry->d_name);
        if (!is_directory(path))
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

static bool is_for_the_host(const struct policy *policy)
{
    static const char directory[] = SYSTEM_DIRECTORY "/";
    const char *first = policy_files(policy)[0];
    return first != NULL && strncmp(first, directory, sizeof directory - 1) == 0;
}

void readable_check_policy(const struct policy *policy, struct config_errors *errors)
{
    if (!is_for_the_host(policy))
        return;
    add(errors, SYSTEM_DIRECTORY, readable_obstacle(SYSTEM_DIRECTORY),
        "their processes do not see " KILL_SWITCH ", the kill switch");
    for (const char *const *file = policy_files(policy); *file != NULL; file++)
        add(errors, *file, readable_obstacle(*file),
            "their processes go by the other files alone, and where they can read none by mode = audit");
}

void readable_check_trust(const struct policy *policy, const char *source, struct config_errors *errors)
{
    if (!is_for_the_host(policy) || *source != '/')
        return;
    char *obstacle = readable_obstacle(source);
    if (obstacle == NULL && is_directory(source))
        obstacle = obstacle_within(source);
    add(errors, source, obstacle,
        "their processes trust nothing of what they cannot read there, and under enforce are blocked from it");
}
