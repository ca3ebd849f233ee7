#include "process/loader.h"

#include "process/elf_symbols.h"
#include "process/loader_list.h"

#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

typedef int object_reader(struct dl_phdr_info *, size_t, void *);

/* glibc's struct dl_find_object from 2.35 on (dlfcn.h): older headers lack it. */
struct found_object {
    unsigned long long flags;
    void *start, *end;
    struct link_map *map;
    unsigned long long rest[16];
};
typedef int find_object_function(const void *address, struct found_object *);

/* NULL where the C library has none. */
static find_object_function *find_object(void)
{
    static const char none;
    static _Atomic(const void *) known;
    const void *found = atomic_load_explicit(&known, memory_order_acquire);
    if (found == NULL) {
        found = loader_list_find("_dl_find_object");
        found = found != NULL ? found : &none;
        atomic_store_explicit(&known, found, memory_order_release);
    }
    find_object_function *function = NULL;
    if (found != &none)
        *(const void **)&function = found;
    return function;
}

/* The program headers as dl_iterate_phdr(3) has them. False where the object does not begin with its ELF header. */
static bool describe_found(const struct found_object *found, struct dl_phdr_info *info)
{
    const ElfW(Ehdr) *header = found->start;
    *info = (struct dl_phdr_info){.dlpi_addr = found->map->l_addr, .dlpi_name = found->map->l_name};
    if (found->map == loader_list_first()) {
        info->dlpi_phdr = (const ElfW(Phdr) *)getauxval(AT_PHDR); /* NOLINT(performance-no-int-to-ptr) */
        info->dlpi_phnum = (ElfW(Half))getauxval(AT_PHNUM);
        return info->dlpi_phdr != NULL;
    }
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_phentsize != sizeof(ElfW(Phdr)))
        return false;
    info->dlpi_phdr = (const ElfW(Phdr) *)((const char *)found->start + header->e_phoff);
    info->dlpi_phnum = header->e_phnum;
    return true;
}

/*
 * Reads the object that holds an address: `read` gets each object in turn until it returns something. Since glibc 2.35
 * without a lock: that of dl_iterate_phdr(3) is not made anew in a child of fork(2), which would wait there for ever
 * if a thread of its parent had it.
 */
static int read_object_at(const void *address, object_reader *read, void *argument)
{
    struct found_object found;
    struct dl_phdr_info info;
    find_object_function *find = find_object();
    if (find == NULL)
        return dl_iterate_phdr(read, argument);
    if (find(address, &found) != 0)
        return 0;
    return describe_found(&found, &info) ? read(&info, sizeof info, argument) : dl_iterate_phdr(read, argument);
}

struct search {
    uintptr_t address;
    struct loaded_object *object;
};

struct build_id {
    const unsigned char *bytes;
    size_t length;
};

static bool find_build_id_in(const struct dl_phdr_info *info, const ElfW(Phdr) * segment, struct build_id *found)
{
    const unsigned char *note = (const unsigned char *)(info->dlpi_addr + segment->p_vaddr); /* NOLINT */
    size_t left = segment->p_memsz;

    while (left >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) header;
        memcpy(&header, note, sizeof header);
        size_t name = (header.n_namesz + 3u) & ~(size_t)3, body = (header.n_descsz + 3u) & ~(size_t)3;
        if (left < sizeof header + name + body)
            return false;
        if (header.n_type == NT_GNU_BUILD_ID && header.n_descsz <= BUILD_ID_MAX) {
            *found = (struct build_id){note + sizeof header + name, header.n_descsz};
            return true;
        }
        note += sizeof header + name + body;
        left -= sizeof header + name + body;
    }
    return false;
}

static struct build_id find_build_id(const struct dl_phdr_info *info)
{
    struct build_id found = {NULL, 0};
    for (unsigned i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE && find_build_id_in(info, &info->dlpi_phdr[i], &found))
            break;
    return found;
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
    struct build_id id = find_build_id(info);
    object->build_id_length = id.length;
    if (id.length > 0)
        memcpy(object->build_id, id.bytes, id.length);
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && start < object->start)
            object->start = start;
        if (segment->p_type == PT_LOAD && start + segment->p_memsz > object->end)
            object->end = start + segment->p_memsz;
    }
    return 1;
}

bool loader_object_at(const void *address, struct loaded_object *object)
{
    struct search search = {(uintptr_t)address, object};
    return read_object_at(address, describe_if_holds, &search) == 1;
}

struct identity_search {
    uintptr_t address;
    uint64_t identity;
};

/* FNV-1a. */
static uint64_t mix(uint64_t sum, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
    return sum;
}

static int identify_if_holds(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    struct identity_search *search = argument;
    if (!holds(info, search->address))
        return 0;
    struct build_id id = find_build_id(info);
    if (id.length == 0 && info->dlpi_name[0] != '\0')
        return 1;
    uint64_t sum = mix(UINT64_C(14695981039346656037), &info->dlpi_addr, sizeof info->dlpi_addr);
    sum = mix(sum, info->dlpi_name, strlen(info->dlpi_name));
    search->identity = mix(sum, id.bytes, id.length);
    return 1;
}

uint64_t loader_identity(const void *address)
{
    struct identity_search search = {(uintptr_t)address, 0};
    read_object_at(address, identify_if_holds, &search);
    return search.identity;
}

struct definition_search {
    uintptr_t address;
    const char *name;
    bool found;
    const char *version;
    void **slot;
};

static int look_if_holds(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    struct definition_search *search = argument;
    struct elf_symbols symbols;
    if (!holds(info, search->address))
        return 0;
    search->found = elf_symbols_of_object(&symbols, info) && elf_symbols_find(&symbols, search->name) != NULL;
    return 1;
}

bool loader_defines_beside(const void *address, const char *name)
{
    struct definition_search search = {.address = (uintptr_t)address, .name = name};
    read_object_at(address, look_if_holds, &search);
    return search.found;
}

static int look_if_library_holds(struct dl_phdr_info *info, size_t size, void *argument)
{
    bool is_program = info->dlpi_name[0] == '\0' || (uintptr_t)info->dlpi_phdr == getauxval(AT_PHDR);
    const struct definition_search *search = argument;
    return holds(info, search->address) && (is_program || look_if_holds(info, size, argument));
}

bool loader_is_library_with(const void *address, const char *name)
{
    struct definition_search search = {.address = (uintptr_t)address, .name = name};
    read_object_at(address, look_if_library_holds, &search);
    return search.found;
}

static int look_for_slot(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    struct definition_search *search = argument;
    struct elf_symbols symbols;
    if (!holds(info, search->address))
        return 0;
    if (elf_symbols_of_object(&symbols, info))
        search->slot = elf_symbols_slot(&symbols, search->name);
    return 1;
}

static int look_for_version(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    struct definition_search *search = argument;
    struct elf_symbols symbols;
    if (!holds(info, search->address))
        return 0;
    if (elf_symbols_of_object(&symbols, info))
        search->version = elf_symbols_needed_version(&symbols, search->name);
    return 1;
}

void *loader_next_as_linked(const void *caller, const char *name)
{
    struct definition_search search = {.address = (uintptr_t)caller, .name = name};
    read_object_at(caller, look_for_version, &search);
    return search.version != NULL ? loader_list_find_version(name, search.version) : NULL;
}

void **loader_slot_beside(const void *address, const char *name)
{
    struct definition_search search = {.address = (uintptr_t)address, .name = name};
    read_object_at(address, look_for_slot, &search);
    return search.slot;
}

static int look_for_base(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    struct definition_search *search = argument;
    if (!holds(info, search->address))
        return 0;
    search->found = loader_list_has_before_own(info->dlpi_addr);
    return 1;
}

bool loader_is_before_own(const void *address)
{
    struct definition_search search = {.address = (uintptr_t)address};
    read_object_at(address, look_for_base, &search);
    return search.found;
}
