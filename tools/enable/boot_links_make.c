#include "enable/boot_links_make.h"

#include "enable/directories.h"
#include "enable/instance.h"
#include "enable/stand_in.h"
#include "preload/boot_link.h"
#include "preload/preload_file.h"
#include "shared/elf.h"
#include "shared/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The library for this loader's programs: installed where its $LIB leads, or this one. NULL: there is none. */
static char *library_of(const struct loader *loader)
{
    char *installed = text_format("/usr/%s/libtlsward.so", loader->lib);
    struct elf_facts library = elf_inspect(installed), theirs = elf_inspect(loader->path);
    if (library.is_elf && library.class == theirs.class && library.machine == theirs.machine)
        return installed;
    free(installed);
    return loader->native ? text_format(INSTANCE_LIBRARY) : NULL;
}

static int make_one(const struct loader *loader)
{
    char *directory = text_format(BOOT_LINKS_STAGED "/%s", loader->lib);
    char *place = text_format("%s/libtlsward.so", directory), *library = library_of(loader);
    int error = directories_make(directory);
    if (error == 0 && library != NULL && symlink(library, place) != 0)
        error = errno == EEXIST ? 0 : errno;
    else if (error == 0 && library == NULL)
        error = stand_in_write(place, loader->path);
    free(directory);
    free(place);
    free(library);
    return error == EEXIST ? 0 : error;
}

char *boot_links_stage(const struct loaders *loaders)
{
    boot_links_remove(BOOT_LINKS_STAGED);
    int error = preload_file_run_directory();
    if (error == 0 && mkdir(BOOT_LINKS, 0755) != 0 && errno != EEXIST)
        error = errno;
    for (size_t i = 0; error == 0 && i < loaders->count; i++)
        if (loaders->items[i].lib != NULL)
            error = make_one(&loaders->items[i]);
    if (error == 0)
        return NULL;
    boot_links_remove(BOOT_LINKS_STAGED);
    return text_format(BOOT_LINKS ": %s", strerror(error));
}

char *boot_links_commit(void)
{
    int error = boot_links_remove(BOOT_LINKS);
    if (error == 0 && rename(BOOT_LINKS_STAGED, BOOT_LINKS) != 0)
        error = errno;
    return error != 0 ? text_format(BOOT_LINKS ": %s", strerror(error)) : NULL;
}
