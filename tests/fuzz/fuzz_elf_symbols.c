/*
 * Any symbols in the tables of a loaded object: each is found by both kinds of hash table as by looking at all of them.
 * The tables themselves are in order, as they are where ld.so has used them.
 */
#include "fuzz.h"
#include "process/elf_symbols.h"

#include <elf.h>

enum { RELOCATIONS = 3, SYMBOLS = 12, NAMES = 32, BUCKETS = 3, FILTER_WORDS = 2, SHIFT = 6 };

struct image {
    ElfW(Sym) table[SYMBOLS + 1];
    ElfW(Half) versions[SYMBOLS + 1];
    char strings[NAMES];
    size_t strings_size;
    ElfW(Rela) relocations[RELOCATIONS];
    uint32_t count; /* of the symbols, the empty first one included */
    uint32_t hash[2 + BUCKETS + SYMBOLS + 1];
    _Alignas(ElfW(Addr)) uint32_t gnu_hash[4 + 2 * FILTER_WORDS + BUCKETS + SYMBOLS + 1];
};

static uint32_t gnu_hash_of(const char *name)
{
    uint32_t hash = 5381;
    for (; *name != '\0'; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

static uint32_t sysv_hash_of(const char *name)
{
    uint32_t hash = 0, high;
    for (; *name != '\0'; name++) {
        hash = (hash << 4) + (unsigned char)*name;
        if ((high = hash & 0xf0000000) != 0)
            hash ^= high >> 24;
        hash &= ~high;
    }
    return hash;
}

static const char *name_of(const struct image *image, uint32_t index)
{
    uint32_t name = image->table[index].st_name;
    return name < image->strings_size ? image->strings + name : "";
}

static void take_symbols(struct input *input, struct image *image)
{
    image->strings_size = take_byte(input) % NAMES;
    for (size_t i = 0; i + 1 < image->strings_size; i++)
        image->strings[i] = "\0aab"[take_byte(input) % 4]; /* few letters, so that names are the same */
    for (image->count = 1; image->count <= SYMBOLS && input->size > 0; image->count++) {
        ElfW(Sym) *symbol = &image->table[image->count];
        symbol->st_name = take_byte(input) % (NAMES + 1);
        symbol->st_info = take_byte(input);
        symbol->st_shndx = take_byte(input) % 4;
        symbol->st_value = take_byte(input);
        image->versions[image->count] = (ElfW(Half))take_number(input, 2);
        if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC) /* there is no code to run */
            symbol->st_info = (unsigned char)ELF64_ST_INFO(ELF64_ST_BIND(symbol->st_info), STT_FUNC);
    }
}

/* Of symbols that are there, as the linker has it. */
static void make_relocations(struct image *image, const uint8_t chosen[static RELOCATIONS])
{
    for (size_t i = 0; i < RELOCATIONS; i++) {
        uint64_t symbol = chosen[i] % image->count;
        image->relocations[i].r_info = symbol << 32 | (i == 0 ? R_X86_64_JUMP_SLOT : R_X86_64_GLOB_DAT);
        image->relocations[i].r_offset = i + 1;
    }
}

static int by_bucket(const void *left, const void *right, void *image)
{
    uint32_t mine = gnu_hash_of(name_of(image, *(const uint32_t *)left)) % BUCKETS;
    uint32_t other = gnu_hash_of(name_of(image, *(const uint32_t *)right)) % BUCKETS;
    return (mine > other) - (mine < other);
}

/* The symbols of a bucket follow each other, as this table wants them. */
static void sort_symbols(struct image *image)
{
    struct image sorted = *image;
    uint32_t order[SYMBOLS + 1];
    for (uint32_t i = 1; i < image->count; i++)
        order[i] = i;
    if (image->count > 1)
        qsort_r(order + 1, image->count - 1, sizeof *order, by_bucket, image);
    for (uint32_t i = 1; i < image->count; i++) {
        sorted.table[i] = image->table[order[i]];
        sorted.versions[i] = image->versions[order[i]];
    }
    *image = sorted;
}

static void make_gnu_hash(struct image *image)
{
    uint32_t *head = image->gnu_hash, *filter = head + 4, *buckets = filter + 2 * FILTER_WORDS;
    ElfW(Addr) words[FILTER_WORDS] = {0};
    head[0] = BUCKETS, head[1] = 1, head[2] = FILTER_WORDS, head[3] = SHIFT;
    for (uint32_t i = 1; i < image->count; i++) {
        uint32_t hash = gnu_hash_of(name_of(image, i));
        uint32_t next = i + 1 < image->count ? gnu_hash_of(name_of(image, i + 1)) % BUCKETS : BUCKETS;
        words[hash / 64 % FILTER_WORDS] |= (ElfW(Addr))1 << hash % 64 | (ElfW(Addr))1 << (hash >> SHIFT) % 64;
        if (buckets[hash % BUCKETS] == 0)
            buckets[hash % BUCKETS] = i;
        buckets[BUCKETS + i - 1] = (hash & ~1u) | (next != hash % BUCKETS);
    }
    memcpy(filter, words, sizeof words);
}

static void make_sysv_hash(struct image *image)
{
    uint32_t *buckets = image->hash + 2, *chain = buckets + BUCKETS;
    image->hash[0] = BUCKETS, image->hash[1] = image->count;
    for (uint32_t i = 1; i < image->count; i++) {
        uint32_t *bucket = &buckets[sysv_hash_of(name_of(image, i)) % BUCKETS];
        chain[i] = *bucket;
        *bucket = i;
    }
}

static bool is_candidate(const struct image *image, uint32_t index, const char *name)
{
    const ElfW(Sym) *symbol = &image->table[index];
    unsigned type = ELF64_ST_TYPE(symbol->st_info);
    return symbol->st_name < image->strings_size && strcmp(name_of(image, index), name) == 0 &&
           symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0 && ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
           (type <= STT_FUNC || type == STT_COMMON);
}

static bool is_right(const struct image *image, const char *name, const void *found)
{
    bool any = false, any_default = false, right = false, right_default = false;
    for (uint32_t i = 1; i < image->count; i++) {
        if (!is_candidate(image, i, name))
            continue;
        bool same = (uintptr_t)found == (uintptr_t)image + image->table[i].st_value;
        bool is_default = (image->versions[i] & 0x8000) == 0;
        any = true;
        any_default = any_default || is_default;
        right = right || same;
        right_default = right_default || (same && is_default);
    }
    return !any ? found == NULL : any_default ? right_default : right;
}

/* A slot is one of the object's relocations for a symbol of that name, and there is one where there is any. */
static void find_slots(const struct image *image, const struct elf_symbols *symbols, const char *name)
{
    void **slot = elf_symbols_slot(symbols, name);
    size_t number = slot != NULL ? (uintptr_t)slot - (uintptr_t)image : 0;
    bool any = false;
    for (size_t i = 0; i < RELOCATIONS; i++) {
        uint32_t symbol = (uint32_t)(image->relocations[i].r_info >> 32);
        any = any || (symbol != 0 && image->table[symbol].st_name < image->strings_size &&
                      strcmp(name_of(image, symbol), name) == 0);
    }
    require((slot != NULL) == any && number <= RELOCATIONS);
    require(slot == NULL || strcmp(name_of(image, (uint32_t)(image->relocations[number - 1].r_info >> 32)), name) == 0);
}

static void find_all(const struct image *image, ElfW(Sxword) kind, const uint32_t *hash)
{
    const ElfW(Dyn) dynamic[] = {
        {DT_SYMTAB, {.d_ptr = (uintptr_t)image->table}},
        {DT_STRTAB, {.d_ptr = (uintptr_t)image->strings}},
        {DT_STRSZ, {.d_val = image->strings_size}},
        {DT_VERSYM, {.d_ptr = (uintptr_t)image->versions}},
        {DT_JMPREL, {.d_ptr = (uintptr_t)image->relocations}},
        {DT_PLTRELSZ, {.d_val = sizeof *image->relocations}},
        {DT_PLTREL, {.d_val = DT_RELA}},
        {DT_RELA, {.d_ptr = (uintptr_t)(image->relocations + 1)}},
        {DT_RELASZ, {.d_val = (RELOCATIONS - 1) * sizeof *image->relocations}},
        {DT_RELAENT, {.d_val = sizeof *image->relocations}},
        {kind, {.d_ptr = (uintptr_t)hash}},
        {DT_NULL, {0}},
    };
    struct elf_symbols symbols;
    require(elf_symbols_read(&symbols, (uintptr_t)image, dynamic));
    for (uint32_t i = 1; i < image->count; i++)
        require(is_right(image, name_of(image, i), elf_symbols_find(&symbols, name_of(image, i))));
    require(is_right(image, "absent", elf_symbols_find(&symbols, "absent")));
    for (uint32_t i = 1; i < image->count; i++)
        find_slots(image, &symbols, name_of(image, i));
    find_slots(image, &symbols, "absent");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct image image = {.count = 0};
    uint8_t chosen[RELOCATIONS];
    for (size_t i = 0; i < RELOCATIONS; i++)
        chosen[i] = take_byte(&input);
    take_symbols(&input, &image);
    sort_symbols(&image);
    make_relocations(&image, chosen);
    make_gnu_hash(&image);
    make_sysv_hash(&image);
    find_all(&image, DT_GNU_HASH, image.gnu_hash);
    find_all(&image, DT_HASH, image.hash);
    return 0;
}
