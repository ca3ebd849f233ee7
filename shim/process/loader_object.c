#include "process/loader.h"

#include "process/elf_notes.h"
#include "process/elf_symbols.h"
#include "process/fnv.h"
#include "process/loader_list.h"

#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

typedef void object_reader(const struct dl_phdr_info *, void *);

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

struct reading {
    uintptr_t address;
    object_reader *read;
    void *argument;
};

static int read_if_holds(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    const struct reading *reading = argument;
    if (!holds(info, reading->address))
        return 0;
    reading->read(info, reading->argument);
    return 1;
}

/*
 * Hands the object that holds an address to `read`; false where none does. Since glibc 2.35 without a lock: that of
 * dl_iterate_phdr(3) is not made anew in a child of fork(2), which would wait there for ever if a thread of its parent
 * had it.
 */
static bool read_object_at(const void *address, object_reader *read, void *argument)
{
    struct found_object found;
    struct dl_phdr_info info;
    struct reading reading = {(uintptr_t)address, read, argument};
    find_object_function *find = find_object();
    if (find == NULL)
        return dl_iterate_phdr(read_if_holds, &reading) == 1;
    if (find(address, &found) != 0)
        return false;
    return describe_found(&found, &info) ? read_if_holds(&info, sizeof info, &reading) == 1
                                         : dl_iterate_phdr(read_if_holds, &reading) == 1;
}

struct build_id {
    const unsigned char *bytes;
    size_t length;
};

static bool find_build_id_in(struct elf_notes notes, struct build_id *found)
{
    struct elf_note note;
    while (elf_notes_next(&notes, &note)) {
        if (!elf_note_is(&note, NT_GNU_BUILD_ID, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) || note.body_size > BUILD_ID_MAX)
            continue;
        *found = (struct build_id){note.body, note.body_size};
        return true;
    }
    return false;
}

static struct build_id find_build_id(const struct dl_phdr_info *info)
{
    struct build_id found = {NULL, 0};
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const unsigned char *start = (const unsigned char *)(info->dlpi_addr + segment->p_vaddr); /* NOLINT */
        if (segment->p_type == PT_NOTE && find_build_id_in((struct elf_notes){start, segment->p_memsz}, &found))
            break;
    }
    return found;
}

static void describe(const struct dl_phdr_info *info, void *argument)
{
    struct loaded_object *object = argument;
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
}

bool loader_object_at(const void *address, struct loaded_object *object)
{
    return read_object_at(address, describe, object);
}

static uint64_t mix(uint64_t sum, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum = fnv_add(sum, ((const unsigned char *)bytes)[i]);
    return sum;
}

static void identify(const struct dl_phdr_info *info, void *argument)
{
    uint64_t *identity = argument;
    struct build_id id = find_build_id(info);
    if (id.length == 0 && info->dlpi_name[0] != '\0')
        return;
    uint64_t sum = mix(FNV_SEED, &info->dlpi_addr, sizeof info->dlpi_addr);
    sum = mix(sum, info->dlpi_name, strlen(info->dlpi_name));
    *identity = mix(sum, id.bytes, id.length);
}

uint64_t loader_identity(const void *address)
{
    uint64_t identity = 0;
    read_object_at(address, identify, &identity);
    return identity;
}

struct definition_search {
    const char *name;
    bool found;
    const char *version;
    void **slot;
};

static void look(const struct dl_phdr_info *info, void *argument)
{
    struct definition_search *search = argument;
    struct elf_symbols symbols;
    search->found = elf_symbols_of_object(&symbols, info) && elf_symbols_find(&symbols, search->name) != NULL;
}

bool loader_defines_beside(const void *address, const char *name)
{
    struct definition_search search = {.name = name};
    read_object_at(address, look, &search);
    return search.found;
}

static void look_in_library(const struct dl_phdr_info *info, void *argument)
{
    bool is_program = info->dlpi_name[0] == '\0' || (uintptr_t)info->dlpi_phdr == getauxval(AT_PHDR);
    if (!is_program)
        look(info, argument);
}

bool loader_is_library_with(const void *address, const char *name)
{
    struct definition_search search = {.name = name};
    read_object_at(address, look_in_library, &search);
    return search.found;
}

static void look_for_slot(const struct dl_phdr_info *info, void *argument)
{
    struct definition_search *search = argument;
    struct elf_symbols symbols;
    if (elf_symbols_of_object(&symbols, info))
        search->slot = elf_symbols_slot(&symbols, search->name);
}

static void look_for_version(const struct dl_phdr_info *info, void *argument)
{
    struct definition_search *search = argument;
    struct elf_symbols symbols;
    if (elf_symbols_of_object(&symbols, info))
        search->version = elf_symbols_needed_version(&symbols, search->name);
}

void *loader_next_as_linked(const void *caller, const char *name)
{
    struct definition_search search = {.name = name};
    read_object_at(caller, look_for_version, &search);
    return search.version != NULL ? loader_list_find_version(name, search.version) : NULL;
}

void **loader_slot_beside(const void *address, const char *name)
{
    struct definition_search search = {.name = name};
    read_object_at(address, look_for_slot, &search);
    return search.slot;
}

static void look_for_base(const struct dl_phdr_info *info, void *argument)
{
    bool *is_before = argument;
    *is_before = loader_list_has_before_own(info->dlpi_addr);
}

bool loader_is_before_own(const void *address)
{
    bool is_before = false;
    read_object_at(address, look_for_base, &is_before);
    return is_before;
}
