#include "enable/loaders.h"

#include "enable/instance.h"
#include "enable/probe.h"
#include "process/base_name.h"
#include "shared/elf.h"
#include "shared/text.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the ABIs of the architectures have them; ld-linux-x86-64.so.2 is in /lib64 whatever else is there. */
static const char *const places[] = {"/lib*/ld-linux*.so.*", "/lib/ld-musl-*.so.1", "/libx32/ld-linux*.so.*"};

/* ld.so --list-diagnostics, from glibc 2.33 on: dl_dst_lib="lib/x86_64-linux-gnu". */
static char *told_lib(const char *path)
{
    static const char word[] = "\ndl_dst_lib=\"";
    struct probe_result said =
        probe_run((const char *const[]){path, "--list-diagnostics", NULL}, &(struct probe_setting){.user = 65534});
    const char *start = said.kind == PROBE_RAN ? strstr(said.output, word) : NULL;
    size_t length = start != NULL ? strcspn(start + strlen(word), "\"") : 0;
    char *lib = length > 0 ? text_format("%.*s", (int)length, start + strlen(word)) : NULL;
    probe_free(&said);
    return lib;
}

/* An older one does not tell: where its libc is, there is its $LIB. */
static char *guessed_lib(const struct elf_facts *facts)
{
    static const char *const libs[] = {"lib/x86_64-linux-gnu",
                                       "lib/aarch64-linux-gnu",
                                       "lib/i386-linux-gnu",
                                       "lib/arm-linux-gnueabihf",
                                       "lib64",
                                       "lib32",
                                       "libx32",
                                       "lib"};
    for (size_t i = 0; i < sizeof libs / sizeof *libs; i++) {
        char *libc = text_format("/usr/%s/libc.so.6", libs[i]);
        struct elf_facts found = elf_inspect(libc);
        bool fits = found.is_elf && found.class == facts->class && found.machine == facts->machine;
        free(libc);
        if (fits)
            return text_format("%s", libs[i]);
    }
    return NULL;
}

static char *find_libc(const char *lib)
{
    static const char *const prefixes[] = {"/usr", ""};
    for (size_t i = 0; lib != NULL && i < sizeof prefixes / sizeof *prefixes; i++) {
        char *path = text_format("%s/%s/libc.so.6", prefixes[i], lib);
        if (access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static bool is_known(const struct loaders *loaders, const char *path)
{
    bool known = false;
    char *resolved = realpath(path, NULL);
    for (size_t i = 0; resolved != NULL && i < loaders->count; i++) {
        char *other = realpath(loaders->items[i].path, NULL);
        known = known || (other != NULL && strcmp(resolved, other) == 0);
        free(other);
    }
    free(resolved);
    return known;
}

static void add(struct loaders *loaders, const char *path)
{
    struct elf_facts facts = elf_inspect(path), ours = elf_inspect(INSTANCE_LIBRARY);
    if (!facts.is_elf || is_known(loaders, path))
        return;
    bool musl = strncmp(base_name(path), "ld-musl-", strlen("ld-musl-")) == 0;
    char *lib = musl ? NULL : told_lib(path);
    if (lib == NULL && !musl)
        lib = guessed_lib(&facts);
    loaders->items = text_grow(loaders->items, loaders->count + 1, sizeof *loaders->items);
    loaders->items[loaders->count++] =
        (struct loader){.path = text_format("%s", path),
                        .lib = lib,
                        .libc = find_libc(lib),
                        .musl = musl,
                        .native = !musl && facts.class == ours.class && facts.machine == ours.machine};
}

struct loaders loaders_find(void)
{
    struct loaders loaders = {.items = NULL};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        glob_t found;
        if (glob(places[i], 0, NULL, &found) == 0)
            for (size_t j = 0; j < found.gl_pathc; j++)
                add(&loaders, found.gl_pathv[j]);
        globfree(&found);
    }
    return loaders;
}

const struct loader *loaders_native(const struct loaders *loaders)
{
    for (size_t i = 0; i < loaders->count; i++)
        if (loaders->items[i].native)
            return &loaders->items[i];
    return NULL;
}

void loaders_free(struct loaders *loaders)
{
    for (size_t i = 0; i < loaders->count; i++) {
        free(loaders->items[i].path);
        free(loaders->items[i].lib);
        free(loaders->items[i].libc);
    }
    free(loaders->items);
    *loaders = (struct loaders){.items = NULL};
}
