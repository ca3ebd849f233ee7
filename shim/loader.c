#include "loader.h"

#include "elf_symbols.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

struct search {
    uintptr_t address;
    struct loaded_object *object;
};

static void read_build_id(const struct dl_phdr_info *info, const ElfW(Phdr) * segment, struct loaded_object *object)
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
extern const ElfW(Dyn) own_dynamic[] __asm__("_DYNAMIC") __attribute__((visibility("hidden")));

bool loader_is_own(const void *address)
{
    uintptr_t where = (uintptr_t)address;
    return where >= (uintptr_t)own_start && where < (uintptr_t)own_end;
}

void *loader_own_hook(const char *name)
{
    struct elf_symbols own;
    return elf_symbols_read(&own, (uintptr_t)own_start, own_dynamic) ? elf_symbols_find(&own, name) : NULL;
}

struct walk {
    const char *name;
    const void *address;
    bool passed_own;
    void *found;
    unsigned count;
};

static bool is_own(const struct dl_phdr_info *info)
{
    return info->dlpi_addr == (uintptr_t)own_start;
}

static void *symbol_in(const struct dl_phdr_info *info, const char *name)
{
    struct elf_symbols symbols;
    return elf_symbols_of_object(&symbols, info) ? elf_symbols_find(&symbols, name) : NULL;
}

static int find_after_own(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct walk *walk = arg;
    if (walk->passed_own)
        walk->found = symbol_in(info, walk->name);
    walk->passed_own = walk->passed_own || is_own(info);
    return walk->found != NULL;
}

void *loader_next(const char *name)
{
    struct walk walk = {.name = name};
    dl_iterate_phdr(find_after_own, &walk);
    return walk.found;
}

static int count_definition(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct walk *walk = arg;
    if (!is_own(info) && symbol_in(info, walk->name) != NULL)
        walk->count++;
    return 0;
}

unsigned loader_count_definitions(const char *name)
{
    struct walk walk = {.name = name};
    dl_iterate_phdr(count_definition, &walk);
    return walk.count;
}

static int find_if_holds(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct walk *walk = arg;
    if (!holds(info, (uintptr_t)walk->address))
        return 0;
    walk->found = symbol_in(info, walk->name);
    return 1;
}

bool loader_defines_beside(const void *address, const char *name)
{
    struct walk walk = {.name = name, .address = address};
    dl_iterate_phdr(find_if_holds, &walk);
    return walk.found != NULL;
}

/* The main program has no name here (dl_iterate_phdr(3)), with musl that of its file. */
static int find_if_library_holds(struct dl_phdr_info *info, size_t size, void *arg)
{
    bool is_program = info->dlpi_name[0] == '\0' || (uintptr_t)info->dlpi_phdr == getauxval(AT_PHDR);
    return holds(info, (uintptr_t)((struct walk *)arg)->address) && (is_program || find_if_holds(info, size, arg));
}

bool loader_is_library_with(const void *address, const char *name)
{
    struct walk walk = {.name = name, .address = address};
    dl_iterate_phdr(find_if_library_holds, &walk);
    return walk.found != NULL;
}

/* The loader's list of objects, as debuggers get it: from the program's DT_DEBUG (gABI, "Dynamic Section"). */
static const struct link_map *loaded_objects(void)
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

/*
 * Calls no other function: ASan asks dlsym(3) for everything before a single function of its own can be called,
 * dl_iterate_phdr(3) among them, and connect(2) is called in children of vfork(2). The objects up to libc were loaded
 * with the program and stay, so the walk needs no lock.
 */
static void *next_in_list(const char *name)
{
    bool passed_own = false;
    for (const struct link_map *object = loaded_objects(); object != NULL; object = object->l_next) {
        struct elf_symbols symbols;
        void *found = passed_own && elf_symbols_read(&symbols, object->l_addr, object->l_ld)
                          ? elf_symbols_find(&symbols, name)
                          : NULL;
        if (found != NULL)
            return found;
        passed_own = passed_own || object->l_addr == (uintptr_t)own_start;
    }
    return NULL;
}

void *loader_next_find(_Atomic(void *) *known, const char *name)
{
    void *found = next_in_list(name);
    if (found == NULL)
        found = loader_next(name);
    atomic_store_explicit(known, found, memory_order_release);
    return found;
}

dlopen_function *loader_real_dlopen(void)
{
    static _Atomic(void *) known;
    dlopen_function *real;
    *(void **)&real = loader_next_once(&known, "dlopen");
    return real;
}

dlsym_function *loader_real_dlsym(void)
{
    static _Atomic(void *) known;
    dlsym_function *real;
    *(void **)&real = loader_next_once(&known, "dlsym");
    return real;
}

dlvsym_function *loader_real_dlvsym(void)
{
    static _Atomic(void *) known;
    dlvsym_function *real;
    *(void **)&real = loader_next_once(&known, "dlvsym");
    return real;
}

void *loader_handle(const struct loaded_object *object)
{
    const char *path = object->path[0] != '\0' ? object->path : NULL;
    dlopen_function *real = loader_real_dlopen();
    return real != NULL ? real(path, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) : NULL;
}

void *loader_symbol(void *handle, const char *name)
{
    dlsym_function *real = loader_real_dlsym();
    void *symbol = real != NULL ? real(handle, name) : NULL;
    return symbol != NULL && loader_is_own(symbol) ? loader_next(name) : symbol;
}

static void *symbol_in_scope_of(const void *caller, const char *name)
{
    static _Atomic(void *) known;
    int (*real_dlclose)(void *);
    *(void **)&real_dlclose = loader_next_once(&known, "dlclose");
    dlopen_function *real_dlopen = loader_real_dlopen();
    struct loaded_object object;
    if (real_dlclose == NULL || real_dlopen == NULL || !loader_object_at(caller, &object) || object.path[0] == '\0')
        return NULL;
    void *handle = real_dlopen(object.path, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL)
        return NULL;
    void *symbol = loader_real_dlsym()(handle, name);
    real_dlclose(handle);
    return symbol;
}

void *loader_seen_by(const void *caller, const char *name)
{
    dlsym_function *real = loader_real_dlsym();
    void *symbol = real != NULL ? real(RTLD_NEXT, name) : NULL;
    if (symbol == NULL && real != NULL)
        symbol = symbol_in_scope_of(caller, name);
    /* The last call is the one that dlerror tells of. */
    return symbol != NULL || real == NULL ? symbol : real(RTLD_NEXT, name);
}

static bool is_called_libssl(const char *path)
{
    /* By hand: in a process without TLS this would be the first call of strstr(3), and binding it costs more. */
    static const char prefix[] = "libssl";
    const char *base = path;
    for (const char *c = base; *c != '\0'; c++)
        if (*c == '/')
            base = c + 1;
    size_t i = 0;
    while (prefix[i] != '\0' && base[i] == prefix[i])
        i++;
    return prefix[i] == '\0';
}

enum loader_tls loader_sees_tls(void)
{
    const struct link_map *program = loaded_objects();
    struct elf_symbols symbols;
    if (program != NULL && elf_symbols_read(&symbols, program->l_addr, program->l_ld) &&
        elf_symbols_find(&symbols, "SSL_CTX_new") != NULL)
        return TLS_IN_PROGRAM;
    for (const struct link_map *object = program; object != NULL; object = object->l_next)
        if (object->l_addr != (uintptr_t)own_start && is_called_libssl(object->l_name))
            return TLS_IN_LIBRARY;
    return TLS_NOT_SEEN;
}
