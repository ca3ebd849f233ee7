#include "process/loader_list.h"

#include "process/elf_symbols.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>

/* The loader's list of objects, as debuggers get it: from the program's DT_DEBUG (gABI, "Dynamic Section"). */
const struct link_map *loader_list_first(void)
{
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)getauxval(AT_PHDR); /* NOLINT(performance-no-int-to-ptr) */
    size_t count = segments != NULL ? getauxval(AT_PHNUM) : 0;
    uintptr_t base = 0;
    const ElfW(Dyn) *dynamic = NULL;
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_PHDR)
            base = (uintptr_t)segments - segments[i].p_vaddr;
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(base + segments[i].p_vaddr); /* NOLINT(performance-no-int-to-ptr) */
    for (; dynamic != NULL && dynamic->d_tag != DT_NULL; dynamic++)
        if (dynamic->d_tag == DT_DEBUG && dynamic->d_un.d_ptr != 0)
            return ((const struct r_debug *)dynamic->d_un.d_ptr)->r_map; /* NOLINT(performance-no-int-to-ptr) */
    return NULL;
}

static void *find(const char *name, const char *version, bool passed_own)
{
    for (const struct link_map *object = loader_list_first(); object != NULL; object = object->l_next) {
        struct elf_symbols symbols;
        void *found = passed_own && elf_symbols_read(&symbols, object->l_addr, object->l_ld)
                          ? elf_symbols_find_version(&symbols, name, version)
                          : NULL;
        if (found != NULL)
            return found;
        passed_own = passed_own || object->l_addr == (uintptr_t)own_start;
    }
    return NULL;
}

void *loader_list_find(const char *name)
{
    return find(name, NULL, false);
}

void *loader_list_find_version(const char *name, const char *version)
{
    return find(name, version, false);
}

void *loader_list_find_first(const char *name)
{
    return find(name, NULL, true);
}

bool loader_list_has_before_own(uintptr_t base)
{
    for (const struct link_map *object = loader_list_first(); object != NULL; object = object->l_next) {
        if (object->l_addr == (uintptr_t)own_start)
            return false;
        if (object->l_addr == base)
            return true;
    }
    return false;
}
