#include "process/elf_symbols.h"

#include <elf.h>
#include <sys/auxv.h>

#define VERSION_HIDDEN 0x8000u /* in DT_VERSYM: not the default version; LSB, "Symbol Versioning" */
#define ADDRESS_BITS (sizeof(ElfW(Addr)) * 8)

/* glibc adds the load address to the pointers of most objects, musl to none; no offset reaches up to a load address. */
static const void *relocated(uintptr_t base, ElfW(Addr) value)
{
    return (const void *)(value < base ? base + value : value); /* NOLINT(performance-no-int-to-ptr) */
}

/* One of the two kinds is what a processor has. */
static void read_relocations(struct elf_symbols *symbols, const ElfW(Dyn) * entry)
{
    switch (entry->d_tag) {
    case DT_RELA:
    case DT_REL:
        symbols->relocations[0].table = relocated(symbols->base, entry->d_un.d_ptr);
        break;
    case DT_RELASZ:
    case DT_RELSZ:
        symbols->relocations[0].size = entry->d_un.d_val;
        break;
    case DT_JMPREL:
        symbols->relocations[1].table = relocated(symbols->base, entry->d_un.d_ptr);
        break;
    case DT_PLTRELSZ:
        symbols->relocations[1].size = entry->d_un.d_val;
        break;
    case DT_PLTREL:
        symbols->relocation_size = entry->d_un.d_val == DT_REL ? sizeof(ElfW(Rel)) : sizeof(ElfW(Rela));
        break;
    case DT_RELAENT:
    case DT_RELENT:
        symbols->relocation_size = entry->d_un.d_val;
        break;
    default:
        break;
    }
}

bool elf_symbols_read(struct elf_symbols *symbols, uintptr_t base, const ElfW(Dyn) * dynamic)
{
    *symbols = (struct elf_symbols){.base = base};
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        switch (dynamic->d_tag) {
        case DT_SYMTAB:
            symbols->table = relocated(base, dynamic->d_un.d_ptr);
            break;
        case DT_STRTAB:
            symbols->strings = relocated(base, dynamic->d_un.d_ptr);
            break;
        case DT_STRSZ:
            symbols->strings_size = dynamic->d_un.d_val;
            break;
        case DT_VERSYM:
            symbols->versions = relocated(base, dynamic->d_un.d_ptr);
            break;
        case DT_VERNEED:
            symbols->needed = relocated(base, dynamic->d_un.d_ptr);
            break;
        case DT_VERDEF:
            symbols->defined = relocated(base, dynamic->d_un.d_ptr);
            break;
        case DT_GNU_HASH:
            symbols->gnu_hash = relocated(base, dynamic->d_un.d_ptr);
            break;
        case DT_HASH:
            symbols->hash = relocated(base, dynamic->d_un.d_ptr);
            break;
        default:
            read_relocations(symbols, dynamic);
            break;
        }
    }
    return symbols->table != NULL && symbols->strings != NULL && (symbols->gnu_hash != NULL || symbols->hash != NULL);
}

bool elf_symbols_of_object(struct elf_symbols *symbols, const struct dl_phdr_info *object)
{
    for (unsigned i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
            return elf_symbols_read(symbols, object->dlpi_addr,
                                    relocated(object->dlpi_addr, object->dlpi_phdr[i].p_vaddr));
    return false;
}

/* By hand: ASan's strcmp(3) cannot be called before ASan is ready, and then it already asks dlsym(3). */
static bool same_text(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

static bool is_definition(const struct elf_symbols *symbols, uint32_t index, const char *name)
{
    const ElfW(Sym) *symbol = &symbols->table[index];
    unsigned type = ELF64_ST_TYPE(symbol->st_info); /* the same bits in both classes */
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    bool is_code_or_data =
        type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE || type == STT_COMMON || type == STT_GNU_IFUNC;
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0 && is_code_or_data && binding != STB_LOCAL &&
           symbol->st_name < symbols->strings_size && same_text(symbols->strings + symbol->st_name, name);
}

/* Where `version` is 0, the default one. */
static bool is_version(const struct elf_symbols *symbols, uint32_t index, unsigned version)
{
    if (version != 0)
        return symbols->versions != NULL && (symbols->versions[index] & ~VERSION_HIDDEN) == version;
    return symbols->versions == NULL || (symbols->versions[index] & VERSION_HIDDEN) == 0;
}

/* Takes the symbol if it is a better find than `best` (0: nothing yet). True where no better one can follow. */
static bool consider(const struct elf_symbols *symbols, uint32_t index, const char *name, unsigned version,
                     uint32_t *best)
{
    if (!is_definition(symbols, index, name))
        return false;
    bool is_wanted = is_version(symbols, index, version);
    if (is_wanted || (version == 0 && *best == 0))
        *best = index;
    return is_wanted;
}

static uint32_t gnu_hash_of(const char *name)
{
    uint32_t hash = 5381;
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++)
        hash = hash * 33 + *c;
    return hash;
}

static uint32_t find_by_gnu_hash(const struct elf_symbols *symbols, const char *name, unsigned version)
{
    const uint32_t *table = symbols->gnu_hash;
    uint32_t bucket_count = table[0], first_hashed = table[1], filter_words = table[2], shift = table[3];
    const ElfW(Addr) *filter = (const ElfW(Addr) *)(table + 4);
    const uint32_t *buckets = (const uint32_t *)(filter + filter_words);
    const uint32_t *chain = buckets + bucket_count;
    uint32_t hash = gnu_hash_of(name), best = 0;

    if (bucket_count == 0 || filter_words == 0)
        return 0;
    ElfW(Addr) word = filter[(hash / ADDRESS_BITS) & (filter_words - 1)];
    ElfW(Addr) mask = (ElfW(Addr))1 << (hash % ADDRESS_BITS) | (ElfW(Addr))1 << ((hash >> shift) % ADDRESS_BITS);
    uint32_t index = buckets[hash % bucket_count];
    if ((word & mask) != mask || index < first_hashed)
        return 0;
    /* The lowest bit of a hash in the chain ends it. */
    for (;; index++) {
        uint32_t entry = chain[index - first_hashed];
        if (((entry ^ hash) >> 1 == 0 && consider(symbols, index, name, version, &best)) || (entry & 1) != 0)
            return best;
    }
}

static uint32_t sysv_hash_of(const char *name)
{
    uint32_t hash = 0;
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++) {
        hash = (hash << 4) + *c;
        hash = (hash ^ ((hash >> 24) & 0xf0)) & 0x0fffffff;
    }
    return hash;
}

static uint32_t find_by_sysv_hash(const struct elf_symbols *symbols, const char *name, unsigned version)
{
    uint32_t bucket_count = symbols->hash[0], symbol_count = symbols->hash[1], best = 0;
    const uint32_t *buckets = symbols->hash + 2;
    const uint32_t *chain = buckets + bucket_count;
    if (bucket_count == 0)
        return 0;
    uint32_t index = buckets[sysv_hash_of(name) % bucket_count];
    while (index != STN_UNDEF && index < symbol_count && !consider(symbols, index, name, version, &best))
        index = chain[index];
    return best;
}

static void *find(const struct elf_symbols *symbols, const char *name, unsigned version)
{
    uint32_t index = symbols->gnu_hash != NULL ? find_by_gnu_hash(symbols, name, version)
                                               : find_by_sysv_hash(symbols, name, version);
    if (index == 0)
        return NULL;
    const ElfW(Sym) *symbol = &symbols->table[index];
    uintptr_t address = symbols->base + symbol->st_value;
    if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC) {
        uintptr_t (*resolver)(unsigned long) = (uintptr_t(*)(unsigned long))address; /* NOLINT */
        address = resolver(getauxval(AT_HWCAP));
    }
    return (void *)address; /* NOLINT(performance-no-int-to-ptr) */
}

void *elf_symbols_find(const struct elf_symbols *symbols, const char *name)
{
    return find(symbols, name, 0);
}

/* The number by which the object's own table of versions knows the name; 0 for none. */
static unsigned number_of_version(const struct elf_symbols *symbols, const char *version)
{
    const char *place = symbols->defined;
    while (place != NULL) {
        const ElfW(Verdef) *definition = (const void *)place;
        const ElfW(Verdaux) *text = (const void *)(place + definition->vd_aux);
        if (text->vda_name < symbols->strings_size && same_text(symbols->strings + text->vda_name, version))
            return definition->vd_ndx;
        place = definition->vd_next != 0 ? place + definition->vd_next : NULL;
    }
    return 0;
}

void *elf_symbols_find_version(const struct elf_symbols *symbols, const char *name, const char *version)
{
    unsigned number = version != NULL ? number_of_version(symbols, version) : 0;
    void *found = number != 0 ? find(symbols, name, number) : NULL;
    return found != NULL ? found : find(symbols, name, 0);
}

static const char *version_of_number(const struct elf_symbols *symbols, unsigned number)
{
    const char *place = symbols->needed;
    while (place != NULL) {
        const ElfW(Verneed) *file = (const void *)place;
        const char *at = place + file->vn_aux;
        for (unsigned i = 0; i < file->vn_cnt; i++) {
            const ElfW(Vernaux) *version = (const void *)at;
            if ((version->vna_other & ~VERSION_HIDDEN) == number && version->vna_name < symbols->strings_size)
                return symbols->strings + version->vna_name;
            at += version->vna_next;
        }
        place = file->vn_next != 0 ? place + file->vn_next : NULL;
    }
    return NULL;
}

static size_t symbol_of(const ElfW(Rel) * relocation)
{
    return relocation->r_info >> (ADDRESS_BITS == 64 ? 32 : 8); /* ELF64_R_SYM, ELF32_R_SYM */
}

/* Of a reference to the name; what relocations with an addend begin with, too. */
static const ElfW(Rel) *
    find_relocation(const struct elf_symbols *symbols, const struct elf_relocations *relocations, const char *name)
{
    const char *table = relocations->table;
    size_t entry = symbols->relocation_size;
    for (size_t offset = 0; table != NULL && entry != 0 && offset + entry <= relocations->size; offset += entry) {
        const ElfW(Rel) *relocation = (const void *)(table + offset);
        const ElfW(Sym) *symbol = &symbols->table[symbol_of(relocation)];
        if (symbol_of(relocation) != 0 && symbol->st_name < symbols->strings_size &&
            same_text(symbols->strings + symbol->st_name, name))
            return relocation;
    }
    return NULL;
}

static const ElfW(Rel) * find_reference(const struct elf_symbols *symbols, const char *name)
{
    const ElfW(Rel) *found = find_relocation(symbols, &symbols->relocations[1], name);
    return found != NULL ? found : find_relocation(symbols, &symbols->relocations[0], name);
}

void **elf_symbols_slot(const struct elf_symbols *symbols, const char *name)
{
    const ElfW(Rel) *reference = find_reference(symbols, name);
    return reference != NULL ? (void **)(symbols->base + reference->r_offset) /* NOLINT(performance-no-int-to-ptr) */
                             : NULL;
}

const char *elf_symbols_needed_version(const struct elf_symbols *symbols, const char *name)
{
    const ElfW(Rel) *reference = symbols->versions != NULL ? find_reference(symbols, name) : NULL;
    return reference != NULL ? version_of_number(symbols, symbols->versions[symbol_of(reference)] & ~VERSION_HIDDEN)
                             : NULL;
}
