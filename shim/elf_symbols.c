#include "elf_symbols.h"

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

static bool is_default_version(const struct elf_symbols *symbols, uint32_t index)
{
    return symbols->versions == NULL || (symbols->versions[index] & VERSION_HIDDEN) == 0;
}

/* Takes the symbol if it is a better find than `best` (0: nothing yet). True where no better one can follow. */
static bool consider(const struct elf_symbols *symbols, uint32_t index, const char *name, uint32_t *best)
{
    if (!is_definition(symbols, index, name))
        return false;
    bool is_default = is_default_version(symbols, index);
    if (is_default || *best == 0)
        *best = index;
    return is_default;
}

static uint32_t gnu_hash_of(const char *name)
{
    uint32_t hash = 5381;
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++)
        hash = hash * 33 + *c;
    return hash;
}

static uint32_t find_by_gnu_hash(const struct elf_symbols *symbols, const char *name)
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
        if (((entry ^ hash) >> 1 == 0 && consider(symbols, index, name, &best)) || (entry & 1) != 0)
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

static uint32_t find_by_sysv_hash(const struct elf_symbols *symbols, const char *name)
{
    uint32_t bucket_count = symbols->hash[0], symbol_count = symbols->hash[1], best = 0;
    const uint32_t *buckets = symbols->hash + 2;
    const uint32_t *chain = buckets + bucket_count;
    if (bucket_count == 0)
        return 0;
    uint32_t index = buckets[sysv_hash_of(name) % bucket_count];
    while (index != STN_UNDEF && index < symbol_count && !consider(symbols, index, name, &best))
        index = chain[index];
    return best;
}

void *elf_symbols_find(const struct elf_symbols *symbols, const char *name)
{
    uint32_t index = symbols->gnu_hash != NULL ? find_by_gnu_hash(symbols, name) : find_by_sysv_hash(symbols, name);
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

static void **find_slot(const struct elf_symbols *symbols, const struct elf_relocations *relocations, const char *name)
{
    const char *table = relocations->table;
    size_t entry = symbols->relocation_size;
    for (size_t offset = 0; table != NULL && entry != 0 && offset + entry <= relocations->size; offset += entry) {
        /* What a relocation with an addend begins with, too. */
        const ElfW(Rel) *relocation = (const void *)(table + offset);
        size_t index = relocation->r_info >> (ADDRESS_BITS == 64 ? 32 : 8); /* ELF64_R_SYM, ELF32_R_SYM */
        const ElfW(Sym) *symbol = &symbols->table[index];
        if (index != 0 && symbol->st_name < symbols->strings_size &&
            same_text(symbols->strings + symbol->st_name, name))
            return (void **)(symbols->base + relocation->r_offset); /* NOLINT(performance-no-int-to-ptr) */
    }
    return NULL;
}

void **elf_symbols_slot(const struct elf_symbols *symbols, const char *name)
{
    void **slot = find_slot(symbols, &symbols->relocations[1], name);
    return slot != NULL ? slot : find_slot(symbols, &symbols->relocations[0], name);
}
