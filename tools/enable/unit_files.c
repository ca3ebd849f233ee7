#include "enable/unit_files.h"

#include "process/base_name.h"
#include "shared/text.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first that has a file counts. */
static const char *const places[] = {"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
                                     "/usr/lib/systemd/system", "/lib/systemd/system"};
enum { PLACES = sizeof places / sizeof *places };

struct paths {
    char **items;
    size_t count;
};

/* Letters, digits and what systemd.unit(5) allows besides, so that a name is one of a file in these places alone. */
static bool is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
    return *name != '\0' && *name != '.' && name[strspn(name, allowed)] == '\0' && strlen(name) < 200;
}

static char *template_of(const char *name)
{
    const char *at = strchr(name, '@');
    return at != NULL && strcmp(at, "@.service") != 0 ? text_format("%.*s.service", (int)(at + 1 - name), name) : NULL;
}

static char *find_file(const char *name)
{
    for (size_t i = 0; name != NULL && i < PLACES; i++) {
        char *path = text_format("%s/%s", places[i], name);
        if (access(path, F_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static void add_drop_ins(struct paths *paths, const char *directory)
{
    for (size_t i = 0; i < PLACES; i++) {
        char *pattern = text_format("%s/%s.d/*.conf", places[i], directory);
        glob_t found;
        if (glob(pattern, 0, NULL, &found) == 0)
            for (size_t j = 0; j < found.gl_pathc; j++) {
                paths->items = text_grow(paths->items, paths->count + 1, sizeof *paths->items);
                paths->items[paths->count++] = text_format("%s", found.gl_pathv[j]);
            }
        globfree(&found);
        free(pattern);
    }
}

/* They are read in the order of their names, whatever directory they are in. */
static int by_name(const void *left, const void *right)
{
    return strcmp(base_name(*(char *const *)left), base_name(*(char *const *)right));
}

/* The value of LD_PRELOAD among the words of an Environment=, or of a line of an EnvironmentFile=; NULL without one. */
static char *preload_in(const char *words)
{
    const char *found = NULL;
    for (const char *next = words; (next = strstr(next, "LD_PRELOAD=")) != NULL; next++)
        if (next == words || strchr(" \t\"'", next[-1]) != NULL)
            found = next;
    if (found == NULL)
        return NULL;
    char quote = '\0';
    if (found > words && (found[-1] == '"' || found[-1] == '\''))
        quote = found[-1];
    found += strlen("LD_PRELOAD=");
    if (quote == '\0' && (*found == '"' || *found == '\''))
        quote = *found++;
    size_t length = quote != '\0' ? strcspn(found, (char[]){quote, '\n', '\0'}) : strcspn(found, " \t\n");
    return text_format("%.*s", (int)length, found);
}

static char *preload_of_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL, *found = NULL;
    size_t size = 0;
    while (file != NULL && found == NULL && getline(&line, &size, file) > 0)
        found = strncmp(line, "LD_PRELOAD=", strlen("LD_PRELOAD=")) == 0 ? preload_in(line) : NULL;
    free(line);
    if (file != NULL)
        fclose(file);
    return found;
}

static void take_environment_file(struct unit_files *unit, const char *value)
{
    char *path = text_format("%.*s", (int)strcspn(value + (*value == '-'), "\n"), value + (*value == '-'));
    char *preload = preload_of_file(path);
    if (preload != NULL && unit->environment == NULL)
        unit->environment = text_format("%s", path);
    free(preload);
    free(path);
}

static void take_line(struct unit_files *unit, const char *path, const char *line)
{
    static const char environment[] = "Environment=", file[] = "EnvironmentFile=";
    line += strspn(line, " \t");
    if (strncmp(line, file, strlen(file)) == 0)
        take_environment_file(unit, line + strlen(file));
    if (strncmp(line, environment, strlen(environment)) != 0)
        return;
    const char *words = line + strlen(environment);
    char *preload = preload_in(words);
    bool resets = words[strspn(words, " \t\n")] == '\0';
    if (preload == NULL && !resets)
        return;
    if (strcmp(base_name(path), UNIT_DROP_IN) > 0 && unit->later == NULL && path != unit->file)
        unit->later = text_format("%s", path);
    free(unit->preload);
    unit->preload = preload;
}

/* A line that ends in a backslash goes on in the next one. */
static void read_file(struct unit_files *unit, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL, *whole = text_format("%s", "");
    size_t size = 0;
    while (file != NULL && getline(&line, &size, file) > 0) {
        size_t length = strlen(line);
        bool goes_on = length > 1 && line[length - 2] == '\\' && line[length - 1] == '\n';
        char *longer = text_format("%s%.*s", whole, (int)(goes_on ? length - 2 : length), line);
        free(whole);
        whole = longer;
        if (goes_on)
            continue;
        take_line(unit, path, whole);
        *whole = '\0';
    }
    free(line);
    free(whole);
    if (file != NULL)
        fclose(file);
}

bool unit_files_find(struct unit_files *unit, const char *name)
{
    bool whole = strlen(name) > strlen(".service") && strcmp(name + strlen(name) - strlen(".service"), ".service") == 0;
    *unit = (struct unit_files){.name = text_format("%s%s", name, whole ? "" : ".service")};
    if (!is_name(unit->name))
        return false;
    char *template = template_of(unit->name);
    struct paths drop_ins = {.items = NULL};
    unit->file = find_file(unit->name);
    if (unit->file == NULL)
        unit->file = find_file(template);
    if (unit->file != NULL)
        read_file(unit, unit->file);
    add_drop_ins(&drop_ins, "service");
    if (template != NULL)
        add_drop_ins(&drop_ins, template);
    add_drop_ins(&drop_ins, unit->name);
    if (drop_ins.count > 0)
        qsort(drop_ins.items, drop_ins.count, sizeof *drop_ins.items, by_name);
    for (size_t i = 0; i < drop_ins.count; i++) {
        if (strcmp(base_name(drop_ins.items[i]), UNIT_DROP_IN) != 0)
            read_file(unit, drop_ins.items[i]);
        free(drop_ins.items[i]);
    }
    free(drop_ins.items);
    free(template);
    return true;
}

char *unit_files_drop_in(const struct unit_files *unit, bool runtime)
{
    return text_format("%s/systemd/system/%s.d/" UNIT_DROP_IN, runtime ? "/run" : "/etc", unit->name);
}

void unit_files_free(struct unit_files *unit)
{
    free(unit->name);
    free(unit->file);
    free(unit->preload);
    free(unit->later);
    free(unit->environment);
}
