#include "enable/instance.h"

#include "preload/boot_link.h"
#include "preload/preload_text.h"
#include "shared/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *writable_by_others(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return text_format("%s: %s", path, strerror(errno));
    if (status.st_uid != 0)
        return text_format("%s: belongs to user %u, who could replace the library", path, (unsigned)status.st_uid);
    if (!S_ISLNK(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return text_format("%s: others than root can write it, and so replace the library", path);
    return NULL;
}

/* The file and each directory on the way to it, links resolved. */
static char *path_obstacle(const char *path)
{
    char *part = text_format("%s", path), *why = writable_by_others(part);
    for (char *slash; why == NULL && (slash = strrchr(part, '/')) != NULL;) {
        slash[slash == part] = '\0';
        why = writable_by_others(part);
        if (slash == part)
            break;
    }
    free(part);
    return why;
}

char *instance_obstacle(void)
{
    struct stat status;
    char *path = realpath(INSTANCE_LIBRARY, NULL);
    if (path == NULL)
        return text_format(INSTANCE_LIBRARY ": %s", strerror(errno));
    char *why = path_obstacle(path);
    if (why == NULL && (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & S_IROTH) == 0))
        why = text_format("%s: not every user can read it", path);
    free(path);
    return why;
}

char *instance_entry(const struct loaders *loaders)
{
    const struct loader *native = loaders_native(loaders);
    char *directory = native != NULL && native->lib != NULL ? text_format("/usr/%s", native->lib) : NULL;
    bool by_lib = directory != NULL && strcmp(directory, TLSWARD_LIBDIR) == 0;
    free(directory);
    return text_format("%s", by_lib ? "/usr/$LIB/" PRELOAD_LIBRARY : INSTANCE_LIBRARY);
}

/* $LIB and ${LIB} as this loader's programs have them. */
static char *expand(const struct preload_entry *entry, const char *lib)
{
    static const char *const tokens[] = {"${LIB}", "$LIB"};
    for (size_t i = 0; lib != NULL && i < sizeof tokens / sizeof *tokens; i++) {
        size_t size = strlen(tokens[i]);
        const char *token = memmem(entry->start, entry->length, tokens[i], size);
        size_t before = token != NULL ? (size_t)(token - entry->start) : 0;
        if (token != NULL)
            return text_format("%.*s%s%.*s", (int)before, entry->start, lib, (int)(entry->length - before - size),
                               token + size);
    }
    return text_format("%.*s", (int)entry->length, entry->start);
}

static bool is_this(const struct preload_entry *entry, const struct loaders *loaders)
{
    const struct loader *native = loaders_native(loaders);
    char *path = expand(entry, native != NULL ? native->lib : NULL);
    char *theirs = realpath(path, NULL), *ours = realpath(INSTANCE_LIBRARY, NULL);
    bool same = strncmp(path, BOOT_LINKS "/", strlen(BOOT_LINKS "/")) == 0 || strcmp(path, INSTANCE_LIBRARY) == 0 ||
                (theirs != NULL && ours != NULL && strcmp(theirs, ours) == 0);
    free(path);
    free(theirs);
    free(ours);
    return same;
}

char *instance_other(const char *text, size_t length, const struct loaders *loaders)
{
    size_t at = 0;
    for (struct preload_entry entry; preload_text_next(text, length, &at, &entry);)
        if (preload_entry_is_ours(&entry) && !is_this(&entry, loaders))
            return text_format("%.*s", (int)entry.length, entry.start);
    return NULL;
}

bool instance_is_named(const char *text, size_t length, const char *entry)
{
    size_t at = 0, ours = 0;
    bool named = false;
    for (struct preload_entry found; preload_text_next(text, length, &at, &found);) {
        ours += preload_entry_is_ours(&found);
        named = named || (found.length == strlen(entry) && memcmp(found.start, entry, found.length) == 0);
    }
    return named && ours == 1;
}
