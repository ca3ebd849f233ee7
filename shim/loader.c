#include "loader.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

struct search {
    uintptr_t address;
    struct loaded_object *object;
};

static void read_build_id(const struct dl_phdr_info *info, const ElfW(Phdr) *segment, struct loaded_object *object)
{
    const unsigned char *note = (const unsigned char *)(info->dlpi_addr + segment->p_vaddr); /* NOLINT */
    size_t left = segment->p_memsz;

    while (left >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) header;
        memcpy(&header, note, sizeof header);
        size_t name = (header.n_namesz + 3u) & ~(size_t)3, body = (header.n_descsz + 3u) & ~(size_t)3;
        if (left < sizeof header + name + body)
            return;
        if (header.n_type == NT_GNU_BUILD_ID && header.n_descsz <= BUILD_ID_MAX) {
            memcpy(object->build_id, note + sizeof header + name, header.n_descsz);
            object->build_id_length = header.n_descsz;
            return;
        }
        note += sizeof header + name + body;
        left -= sizeof header + name + body;
    }
}

static bool holds(const struct dl_phdr_info *info, uintptr_t address)
{
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && address >= start && address - start < segment->p_memsz)
            return true;
    }
    return false;
}

static int describe_if_holds(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct search *search = arg;
    struct loaded_object *object = search->object;
    if (!holds(info, search->address))
        return 0;

    size_t length = strnlen(info->dlpi_name, sizeof object->path - 1);
    memcpy(object->path, info->dlpi_name, length);
    object->path[length] = '\0';
    object->base = info->dlpi_addr;
    object->start = UINTPTR_MAX;
    object->end = 0;
    object->build_id_length = 0;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && start < object->start)
            object->start = start;
        if (segment->p_type == PT_LOAD && start + segment->p_memsz > object->end)
            object->end = start + segment->p_memsz;
        if (segment->p_type == PT_NOTE && object->build_id_length == 0)
            read_build_id(info, segment, object);
    }
    return 1;
}

bool loader_object_at(const void *address, struct loaded_object *object)
{
    struct search search = {(uintptr_t)address, object};
    return dl_iterate_phdr(describe_if_holds, &search) == 1;
}

extern const char own_start[] __asm__("__ehdr_start") __attribute__((visibility("hidden")));
extern const char own_end[] __asm__("_end") __attribute__((visibility("hidden")));

bool loader_is_own(const void *address)
{
    uintptr_t where = (uintptr_t)address;
    return where >= (uintptr_t)own_start && where < (uintptr_t)own_end;
}

void *loader_handle(const struct loaded_object *object)
{
    const char *path = object->path[0] != '\0' ? object->path : NULL;
    return dlopen(path, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

void *loader_symbol(void *handle, const char *name)
{
    void *symbol = dlsym(handle, name);
    return symbol != NULL && loader_is_own(symbol) ? loader_next(name) : symbol;
}

void *loader_next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static int is_libssl(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    /* By hand: in a process without TLS this would be the first call of strstr(3), and binding it costs more. */
    static const char prefix[] = "libssl";
    const char *base = info->dlpi_name;
    for (const char *c = base; *c != '\0'; c++)
        if (*c == '/')
            base = c + 1;
    size_t i = 0;
    while (prefix[i] != '\0' && base[i] == prefix[i])
        i++;
    return prefix[i] == '\0';
}

bool loader_sees_libssl(void)
{
    return dl_iterate_phdr(is_libssl, NULL) != 0;
}
