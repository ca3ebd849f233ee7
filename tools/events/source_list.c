#include "events/source_list.h"

#include "event/sink.h"
#include "policy/config.h"
#include "process/error_text.h"
#include "shared/effective.h"
#include "shared/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(struct source_list *list, const char *name)
{
    list->names = text_grow(list->names, list->count + 1, sizeof *list->names);
    list->names[list->count++] = text_format("%s", name);
}

/* How long ago logrotate(8) gave the file its name: 0 for the newest, "name", else the number in "name.2.gz". */
static unsigned long rotations(const char *name, size_t stem)
{
    return name[stem] == '.' ? strtoul(name + stem + 1, NULL, 10) : 0;
}

/* Where the number of a rotation starts, ".2" or ".2.gz", or the end of the name. */
static size_t stem_length(const char *name)
{
    size_t length = strlen(name), end = length;
    if (end > 3 && strcmp(name + end - 3, ".gz") == 0)
        end -= 3;
    else if (end > 4 && strcmp(name + end - 4, ".zst") == 0)
        end -= 4;
    size_t digits = end;
    while (digits > 0 && isdigit((unsigned char)name[digits - 1]))
        digits--;
    return digits < end && digits > 1 && name[digits - 1] == '.' ? digits - 1 : end;
}

/* "log-20261121" (dateext) comes before "log", of which it is a longer name; "log.2" before "log.1" before "log". */
static int older_first(const struct dirent **a, const struct dirent **b)
{
    const char *one = (*a)->d_name, *other = (*b)->d_name;
    size_t stem = stem_length(one), other_stem = stem_length(other);
    size_t shorter = stem < other_stem ? stem : other_stem;
    int order = strncmp(one, other, shorter);
    if (order != 0)
        return order;
    if (stem != other_stem)
        return stem > other_stem ? -1 : 1;
    unsigned long age = rotations(one, stem), other_age = rotations(other, other_stem);
    return age != other_age ? (age > other_age ? -1 : 1) : strcmp(one, other);
}

/* The name without what logrotate(8) or a collector adds to it: a number, or a date (dateext), also with a time. */
static size_t log_length(const char *name)
{
    size_t length = stem_length(name), end = length;
    while (end > 0 && isdigit((unsigned char)name[end - 1]))
        end--;
    return length - end >= 8 && end > 1 && name[end - 1] == '-' ? end - 1 : length;
}

bool source_list_same_log(const char *earlier, const char *later)
{
    size_t length = log_length(earlier);
    return length == log_length(later) && strncmp(earlier, later, length) == 0;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool add_directory(struct source_list *list, const char *path, char **problem)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_shown, older_first);
    bool good = count >= 0;
    if (!good)
        *problem = text_format("%s: %s", path, error_text(errno));
    for (int i = 0; i < count; i++) {
        struct stat status;
        char *name = text_format("%s/%s", path, entries[i]->d_name);
        bool known = good && lstat(name, &status) == 0; /* no link: it may lead back to here */
        if (known && S_ISDIR(status.st_mode))
            good = add_directory(list, name, problem);
        else if (known && S_ISREG(status.st_mode))
            add(list, name);
        free(name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return good;
}

/* The files that logrotate(8) made of this one, and the file itself, with the oldest first. */
static bool add_rotated(struct source_list *list, const char *path, char **problem)
{
    const char *slash = strrchr(path, '/');
    char *directory = text_format("%.*s", slash > path ? (int)(slash - path) : 1, path);
    struct dirent **entries;
    int count = scandir(directory, &entries, is_shown, older_first);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (source_list_same_log(name, slash + 1)) {
            char *whole = text_format("%s/%s", slash > path ? directory : "", name);
            add(list, whole);
            free(whole);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    free(directory);
    if (list->count == 0)
        *problem = text_format("%s, where the policy sends events, is not there", path);
    return list->count > 0;
}

/* Where a syslog daemon of today's distributions writes what is of the facility "daemon". */
static bool add_syslog(struct source_list *list, char **problem)
{
    static const char *const files[] = {"/var/log/syslog", "/var/log/messages", "/var/log/daemon.log"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (access(files[i], F_OK) == 0)
            return add_rotated(list, files[i], problem);
    *problem =
        text_format("the policy sends events to a syslog daemon, and none of its usual files is there: name one");
    return false;
}

static bool add_place(struct source_list *list, const char *log, char **problem)
{
    bool automatic = strcmp(log, "auto") == 0;
    if (strncmp(log, "file:", 5) == 0)
        return add_rotated(list, log + 5, problem);
    if (strcmp(log, "journald") == 0 || (automatic && access(SINK_JOURNAL_SOCKET, F_OK) == 0)) {
        add(list, "journal");
        return true;
    }
    if (strcmp(log, "collect") == 0)
        return add_directory(list, COLLECT_DIRECTORY, problem);
    if (strcmp(log, "syslog") == 0 || automatic)
        return add_syslog(list, problem);
    *problem = text_format("the policy sends events to %s, which keeps none: name a source", log);
    return false;
}

static bool add_default(struct source_list *list, char **problem)
{
    struct config_environment environment = effective_environment();
    struct config_errors errors = {.count = 0};
    struct policy *policy = config_load(&environment, &errors);
    bool good = policy != NULL;
    if (good)
        good = add_place(list, policy_general_settings(policy).log, problem);
    else
        *problem = text_format("the policy cannot be read: name a source");
    policy_free(policy);
    config_errors_free(&errors);
    return good;
}

bool source_list_make(char *const *names, size_t count, struct source_list *list, char **problem)
{
    *list = (struct source_list){.names = NULL};
    *problem = NULL;
    bool good = count > 0 || add_default(list, problem);
    for (size_t i = 0; i < count && good; i++) {
        struct stat status;
        if (stat(names[i], &status) == 0 && S_ISDIR(status.st_mode))
            good = add_directory(list, names[i], problem);
        else
            add(list, names[i]);
    }
    return good;
}

void source_list_free(struct source_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (struct source_list){.names = NULL};
}
