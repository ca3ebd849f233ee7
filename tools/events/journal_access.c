#include "events/journal_access.h"

#include "shared/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct found {
    bool readable, closed;
};

static bool is_journal(const char *name)
{
    const char *end = strrchr(name, '.');
    return end != NULL && (strcmp(end, ".journal") == 0 || strcmp(end, ".journal~") == 0);
}

/* Files lie in the directory itself or, as journald(8) has them, in one named after the machine. */
static void look(const char *path, unsigned levels, struct found *found)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        found->closed = found->closed || errno == EACCES;
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char *below = text_format("%s/%s", path, entry->d_name);
        if (is_journal(entry->d_name) && faccessat(AT_FDCWD, below, R_OK, AT_EACCESS) == 0)
            found->readable = true;
        else if (is_journal(entry->d_name))
            found->closed = found->closed || errno == EACCES;
        else if (levels > 0 && entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN))
            look(below, levels - 1, found);
        free(below);
    }
    if (directory != NULL)
        closedir(directory);
}

bool journal_is_closed(const char *directory)
{
    struct found found = {.readable = false};
    if (directory != NULL) {
        look(directory, 1, &found);
    } else {
        look("/run/log/journal", 1, &found);
        look("/var/log/journal", 1, &found);
    }
    return found.closed && !found.readable;
}
