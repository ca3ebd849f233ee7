#include "check/readable.h"

#include "policy/config_error.h"
#include "policy/policy_rules.h"
#include "process/start.h"
#include "process/kill_switch.h"
#include "shared/system_store.h"
#include "shared/text.h"
#include "trust/anchor_directory.h"
#include "trust/trust.h"
#include "trust/trust_places.h"

#include <dirent.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Those who have to read a file: one user, or, without one, everybody. */
struct audience {
    const char *user; /* NULL: everybody */
    uid_t uid;
    gid_t groups[NGROUPS_MAX];
    int group_count;
};

static const struct audience everybody;

/*
 * `needed` is of the bits for others. The kernel asks the bits of the owner, or of the group, alone where somebody is
 * one of them (path_resolution(7)), even where others may do more; root may in any case.
 */
static bool everybody_may(const struct stat *status, mode_t needed)
{
    mode_t all = needed | needed << 3 | (status->st_uid != 0 ? needed << 6 : 0);
    return (status->st_mode & all) == all;
}

static bool is_member(const struct audience *audience, gid_t group)
{
    for (int i = 0; i < audience->group_count; i++)
        if (audience->groups[i] == group)
            return true;
    return false;
}

static bool may(const struct audience *audience, const struct stat *status, mode_t needed)
{
    if (audience->user == NULL)
        return everybody_may(status, needed);
    if (audience->uid == 0)
        return true;
    mode_t asked = needed;
    if (status->st_uid == audience->uid)
        asked = needed << 6;
    else if (is_member(audience, status->st_gid))
        asked = needed << 3;
    return (status->st_mode & asked) == asked;
}

static char *obstacle_at(const struct audience *audience, const char *path, mode_t needed, const char *what)
{
    struct stat status;
    if (stat(path, &status) != 0 || may(audience, &status, needed))
        return NULL;
    return text_format("%s%s has mode %04o", what, path, (unsigned)status.st_mode & 07777u);
}

static char *obstacle_on_the_way(const struct audience *audience, char *path)
{
    char *obstacle = NULL;
    for (char *slash = strchr(path + 1, '/'); slash != NULL && obstacle == NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        obstacle = obstacle_at(audience, path, S_IXOTH, "the directory ");
        *slash = '/';
    }
    return obstacle;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static char *obstacle_to(const struct audience *audience, const char *path)
{
    char *resolved = realpath(path, NULL);
    if (resolved == NULL)
        return NULL;
    char *obstacle = obstacle_on_the_way(audience, resolved);
    if (obstacle == NULL)
        obstacle = obstacle_at(audience, resolved, is_directory(resolved) ? S_IROTH | S_IXOTH : S_IROTH, "");
    free(resolved);
    return obstacle;
}

/* Of a directory of anchors, the first file that is looked at and that some cannot read. */
static char *obstacle_within(const struct audience *audience, const char *directory)
{
    char *obstacle = NULL;
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    bool (*is_read)(const char *) =
        anchor_directory_is_hashed(directory) ? anchor_directory_is_hash_name : anchor_directory_is_certificate_name;
    while (entries != NULL && obstacle == NULL && (entry = readdir(entries)) != NULL) {
        char *path = text_format("%s/%s", directory, entry->d_name);
        if (is_read(entry->d_name) && !is_directory(path))
            obstacle = obstacle_to(audience, path);
        free(path);
    }
    if (entries != NULL)
        closedir(entries);
    return obstacle;
}

static void add(struct config_errors *errors, const struct audience *audience, const char *path, char *obstacle,
                const char *consequence)
{
    static const char id[] = "unreadable-for-users";
    if (obstacle != NULL && audience->user != NULL)
        config_error_add(errors, id, path, 0, NULL, "user %s cannot read it, as %s: %s", audience->user, obstacle,
                         consequence);
    else if (obstacle != NULL)
        config_error_add(errors, id, path, 0, NULL, "not every user can read it, as %s: %s", obstacle, consequence);
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
    add(errors, &everybody, SYSTEM_DIRECTORY, obstacle_to(&everybody, SYSTEM_DIRECTORY),
        "their processes do not see " KILL_SWITCH ", the kill switch");
    add(errors, &everybody, drop_ins, obstacle_to(&everybody, drop_ins), consequence);
    for (const char *const *file = policy_files(policy); *file != NULL; file++)
        add(errors, &everybody, *file, obstacle_to(&everybody, *file), consequence);
}

static char *obstacle_to_anchors(const struct audience *audience, const char *place)
{
    char *obstacle = obstacle_to(audience, place);
    return obstacle == NULL && is_directory(place) ? obstacle_within(audience, place) : obstacle;
}

/* Whether what stands in for a place can be reached by those who cannot reach the place. */
static bool is_replaced(const struct audience *audience, const struct trust_places *places, size_t index)
{
    if (index + 1 == places->count || !places->items[index + 1].stands_in)
        return false;
    char *of_place = obstacle_to(audience, places->items[index].path);
    char *of_substitute = obstacle_to(audience, places->items[index + 1].path);
    bool replaced = of_place != NULL && of_substitute == NULL;
    free(of_place);
    free(of_substitute);
    return replaced;
}

/* What a user's variables name is his own. */
static char *obstacle_to_system(const struct audience *audience)
{
    struct trust_places places = {.items = NULL};
    char *obstacle = NULL;
    trust_believe_environment(NULL, NULL);
    trust_places_add_system(&places);
    for (size_t i = 0; i < places.count && obstacle == NULL; i++)
        if (!places.items[i].stands_in && !is_replaced(audience, &places, i))
            obstacle = obstacle_to_anchors(audience, places.items[i].path);
    trust_places_free(&places);
    system_store_believe_environment();
    return obstacle;
}

static void check_for(const struct audience *audience, const char *source, struct config_errors *errors)
{
    add(errors, audience, source, *source == '/' ? obstacle_to_anchors(audience, source) : obstacle_to_system(audience),
        "their processes trust nothing of what they cannot read there, and under enforce are blocked from it");
}

static bool uses(const struct policy *policy, size_t rule, const char *source)
{
    const char *used;
    for (size_t i = 0; (used = policy_rule_value(policy, rule, "trust", i)) != NULL; i++)
        if (strcmp(used, source) == 0)
            return true;
    return false;
}

/* Whether the source stands nowhere but in rules for certain users. */
static bool is_for_some(const struct policy *policy, const char *source)
{
    const struct settings general = policy_general_settings(policy);
    for (size_t i = 0; i < general.trust_count; i++)
        if (strcmp(general.trust[i].path != NULL ? general.trust[i].path : "system", source) == 0)
            return false;
    for (size_t rule = 0; rule < policy_rule_count(policy); rule++)
        if (uses(policy, rule, source) && policy_rule_value(policy, rule, "user", 0) == NULL)
            return false;
    return true;
}

/* False for a user whom this host does not know: no process of his comes. */
static bool audience_of(const char *user, struct audience *audience)
{
    char *end;
    unsigned long number = strtoul(user, &end, 10);
    const struct passwd *account = *end == '\0' ? getpwuid((uid_t)number) : getpwnam(user);
    if (account == NULL)
        return false;
    audience->user = user;
    audience->uid = account->pw_uid;
    audience->group_count = NGROUPS_MAX;
    if (getgrouplist(account->pw_name, account->pw_gid, audience->groups, &audience->group_count) < 0)
        audience->group_count = 0;
    return true;
}

static void check_for_users(const struct policy *policy, size_t rule, const char *source, struct config_errors *errors)
{
    static struct audience audience; /* too large for a stack */
    const char *user;
    for (size_t i = 0; (user = policy_rule_value(policy, rule, "user", i)) != NULL; i++)
        if (audience_of(user, &audience))
            check_for(&audience, source, errors);
}

void readable_check_trust(const struct policy *policy, const char *source, struct config_errors *errors)
{
    if (policy_files(policy)[0] == NULL || !is_for_the_host(policy))
        return;
    if (!is_for_some(policy, source)) {
        check_for(&everybody, source, errors);
        return;
    }
    for (size_t rule = 0; rule < policy_rule_count(policy); rule++)
        if (uses(policy, rule, source))
            check_for_users(policy, rule, source, errors);
}
