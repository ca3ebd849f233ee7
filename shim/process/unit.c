#include "process/unit.h"

#include "process/kernel.h"

#include <stdbool.h>
#include <string.h>

enum { ROOM = 16384 };

/* A part of the text; not terminated. */
struct words {
    const char *at;
    size_t length;
};

static bool begins_with(struct words words, const char *text)
{
    size_t length = strlen(text);
    return words.length >= length && memcmp(words.at, text, length) == 0;
}

static bool ends_with(struct words words, const char *text)
{
    size_t length = strlen(text);
    return words.length > length && memcmp(words.at + words.length - length, text, length) == 0;
}

static bool is_unit(struct words name)
{
    static const char kinds[][12] = {".service", ".scope", ".socket", ".mount", ".swap"};
    bool is = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        is = is || ends_with(name, kinds[i]);
    return is;
}

/* The next directory of a path, as it is called where it is no control group. */
static bool next_name(struct words *path, struct words *name)
{
    while (path->length > 0 && *path->at == '/') {
        path->at++;
        path->length--;
    }
    const char *slash = path->length > 0 ? memchr(path->at, '/', path->length) : NULL;
    *name = *path;
    if (slash != NULL)
        name->length = (size_t)(slash - path->at);
    path->at += name->length;
    path->length -= name->length;
    /* Before a name that the kernel's files in the directory have, too. */
    if (name->length > 1 && *name->at == '_') {
        name->at++;
        name->length--;
    }
    return name->length > 0;
}

/* The first name that is no slice's; false where it is no unit's. `path` then is what is below. */
static bool next_unit(struct words *path, struct words *unit)
{
    bool found;
    do
        found = next_name(path, unit);
    while (found && ends_with(*unit, ".slice"));
    return found && is_unit(*unit);
}

/* The path of a hierarchy, in a line "NUMBER:CONTROLLERS:PATH". False where it is of none that is wanted. */
static bool path_of(struct words line, const char *wanted, struct words *path)
{
    const char *end = line.at + line.length, *colon = memchr(line.at, ':', line.length);
    if (colon == NULL)
        return false;
    struct words rest = {colon + 1, (size_t)(end - colon - 1)};
    size_t length = strlen(wanted);
    if (!begins_with(rest, wanted) || rest.length <= length || rest.at[length] != ':')
        return false;
    *path = (struct words){rest.at + length + 1, rest.length - length - 1};
    return true;
}

static bool find_path(const char *text, const char *wanted, struct words *path)
{
    bool found = false;
    while (*text != '\0' && !found) {
        struct words line = {text, strcspn(text, "\n")};
        found = path_of(line, wanted, path);
        text += line.length + (text[line.length] != '\0');
    }
    return found;
}

/* "/" is the root, and "/.." is above it: of a namespace, cgroup_namespaces(7). */
static bool tells_something(struct words path)
{
    return path.length > 1 && !begins_with(path, "/..");
}

void unit_of_groups(const char *text, struct unit *unit, struct arena *arena)
{
    struct words path = {"", 0}, name;
    *unit = (struct unit){.name = NULL};
    if (!find_path(text, "name=systemd", &path) && !find_path(text, "", &path))
        return;
    if (!tells_something(path))
        return;
    bool found = next_unit(&path, &name);
    unit->name = found ? arena_copy(arena, name.at, name.length) : "";
    if (found && begins_with(name, "user@") && next_unit(&path, &name))
        unit->of_user = arena_copy(arena, name.at, name.length);
}

void unit_find(struct unit *unit, struct arena *arena)
{
    char *text = kernel_map(ROOM); /* all zero; some stacks are small */
    size_t used = 0;
    ssize_t got = 1;
    *unit = (struct unit){.name = NULL};
    int fd = text != NULL ? kernel_open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC, 0) : -1;
    while (fd >= 0 && got > 0 && used < ROOM - 1) {
        got = kernel_read(fd, text + used, ROOM - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        kernel_close(fd);
    if (text != NULL && got == 0)
        unit_of_groups(text, unit, arena);
    if (text != NULL)
        kernel_unmap(text, ROOM);
}
