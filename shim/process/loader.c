#include "process/loader.h"

#include "process/elf_symbols.h"
#include "process/loader_list.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>

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

struct joint_walk {
    const char *names;
    size_t width, count;
    void **found;
    bool passed_own;
};

static int find_all_after_own(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct joint_walk *walk = arg;
    struct elf_symbols symbols;
    size_t missing = walk->count;
    bool has_symbols = walk->passed_own && elf_symbols_of_object(&symbols, info);
    for (size_t i = 0; i < walk->count && has_symbols; i++) {
        if (walk->found[i] == NULL)
            walk->found[i] = elf_symbols_find(&symbols, walk->names + i * walk->width);
        missing -= walk->found[i] != NULL;
    }
    walk->passed_own = walk->passed_own || is_own(info);
    return missing == 0;
}

void loader_next_all(const char *names, size_t width, size_t count, void **found)
{
    struct joint_walk walk = {.names = names, .width = width, .count = count, .found = found};
    for (size_t i = 0; i < count; i++)
        found[i] = NULL;
    dl_iterate_phdr(find_all_after_own, &walk);
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

void *loader_next_find(_Atomic(void *) *known, const char *name)
{
    void *found = loader_list_find(name);
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

void *loader_pin(const struct loaded_object *object)
{
    const char *path = object->path[0] != '\0' ? object->path : NULL;
    dlopen_function *real = loader_real_dlopen();
    return real != NULL ? real(path, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) : NULL;
}

static dlclose_function *real_dlclose(void)
{
    static _Atomic(void *) known;
    dlclose_function *real;
    *(void **)&real = loader_next_once(&known, "dlclose");
    return real;
}

void *loader_open(const struct loaded_object *object)
{
    const char *path = object->path[0] != '\0' ? object->path : NULL;
    dlopen_function *real = loader_real_dlopen();
    return real != NULL && real_dlclose() != NULL ? real(path, RTLD_LAZY | RTLD_NOLOAD) : NULL;
}

void loader_close(void *handle)
{
    if (handle != NULL)
        real_dlclose()(handle);
}

void *loader_symbol(void *handle, const char *name)
{
    dlsym_function *real = loader_real_dlsym();
    void *symbol = real != NULL ? real(handle, name) : NULL;
    return symbol != NULL && loader_is_own(symbol) ? loader_next(name) : symbol;
}

static void *symbol_in_scope_of(const void *caller, const char *name)
{
    struct loaded_object object;
    if (!loader_object_at(caller, &object) || object.path[0] == '\0')
        return NULL;
    void *handle = loader_open(&object);
    void *symbol = handle != NULL ? loader_real_dlsym()(handle, name) : NULL;
    loader_close(handle);
    return symbol;
}

void *loader_next_in_scope(const char *name)
{
    dlsym_function *real = loader_real_dlsym();
    return real != NULL ? real(RTLD_NEXT, name) : NULL;
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
    const struct link_map *program = loader_list_first();
    struct elf_symbols symbols;
    if (program != NULL && elf_symbols_read(&symbols, program->l_addr, program->l_ld) &&
        elf_symbols_find(&symbols, "SSL_CTX_new") != NULL)
        return TLS_IN_PROGRAM;
    for (const struct link_map *object = program; object != NULL; object = object->l_next)
        if (object->l_addr != (uintptr_t)own_start && is_called_libssl(object->l_name))
            return TLS_IN_LIBRARY;
    return TLS_NOT_SEEN;
}
