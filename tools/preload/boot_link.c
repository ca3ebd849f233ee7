#include "preload/boot_link.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

enum { DESCRIPTORS = 8 };

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

int boot_links_remove(const char *directory)
{
    if (nftw(directory, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return errno;
    return 0;
}
