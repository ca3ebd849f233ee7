/*
 * What decides whether a preload reaches an ELF program.
 */
#ifndef TLSWARD_ELF_H
#define TLSWARD_ELF_H

#include <stdbool.h>

struct elf_facts {
    bool is_elf;
    unsigned char class;   /* ELFCLASS32 or ELFCLASS64 */
    unsigned char data;    /* ELFDATA2LSB or ELFDATA2MSB */
    unsigned machine;      /* EM_* */
    bool executable;       /* a program or a shared object, and no relocatable file or core */
    bool dynamic;          /* a dynamic loader runs it */
    bool loader;           /* it is a dynamic loader itself */
    bool sanitizer_needed; /* linked to a shared ASan runtime, which insists on being loaded first */
};

/* Reads the facts of a file; is_elf is false for what is no readable ELF file. */
struct elf_facts elf_inspect(const char *path);

/* The dynamic loader that a program names, or NULL. The caller frees the result. */
char *elf_interpreter(const char *path);

/* "64-bit x86-64": for messages. The caller frees the result. */
char *elf_architecture(const struct elf_facts *facts);

#endif
