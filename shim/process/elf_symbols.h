/*
 * Look-ups in the dynamic symbol tables of loaded objects, done by ourselves: before glibc 2.34 dlsym(3) is in a
 * library that may not be there, our own dlsym hook would call itself, and a failed dlsym allocates and changes what
 * dlerror(3) says. Nothing here allocates. Formats: gABI, "Symbol Table" and "Hash Table"; DT_GNU_HASH as written by
 * binutils; elf(5).
 */
#ifndef TLSWARD_ELF_SYMBOLS_H
#define TLSWARD_ELF_SYMBOLS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_relocations {
    const void *table;
    size_t size; /* bytes */
};

/* The dynamic symbols of one loaded object; points into it. */
struct elf_symbols {
    uintptr_t base;
    const ElfW(Sym) * table;
    const char *strings;
    size_t strings_size;
    const ElfW(Half) * versions; /* NULL where the object has none */
    const char *needed;          /* DT_VERNEED, or NULL */
    const char *defined;         /* DT_VERDEF, or NULL */
    const uint32_t *gnu_hash;    /* one of the two is not NULL */
    const uint32_t *hash;
    struct elf_relocations relocations[2]; /* of data, and of the procedure linkage table */
    size_t relocation_size;                /* of one */
};

/*
 * Reads the dynamic section of an object loaded at `base`, or of one that dl_iterate_phdr(3) tells of. False where it
 * has no symbol table that can be searched.
 */
bool elf_symbols_read(struct elf_symbols *symbols, uintptr_t base, const ElfW(Dyn) * dynamic);
bool elf_symbols_of_object(struct elf_symbols *symbols, const struct dl_phdr_info *object);

/*
 * The address of the object's own definition, or NULL. Of several versions the default one; a version that is not the
 * default (name@VERSION) only where there is no other.
 */
void *elf_symbols_find(const struct elf_symbols *symbols, const char *name);

/* The same in the version called `version`, or where it is not there or NULL, as above. */
void *elf_symbols_find_version(const struct elf_symbols *symbols, const char *name, const char *version);

/* The version of the name that the object was linked against; NULL where it does not refer to one. */
const char *elf_symbols_needed_version(const struct elf_symbols *symbols, const char *name);

/*
 * Where the dynamic linker puts the definition of that name, the object's own or another's, that a reference of the
 * object is bound to; until then the slot of a function leads to the linker, which binds it when it is called. NULL
 * where the object does not refer to the name.
 */
void **elf_symbols_slot(const struct elf_symbols *symbols, const char *name);

#endif
