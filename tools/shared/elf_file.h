/*
 * An ELF file, open for libelf.
 */
#ifndef TLSWARD_ELF_FILE_H
#define TLSWARD_ELF_FILE_H

#include <gelf.h>

struct elf_file {
    int fd;
    Elf *elf; /* NULL: no readable ELF file */
};

/* To be closed whether or not it could be opened. */
struct elf_file elf_file_open(const char *path);

void elf_file_close(struct elf_file *file);

#endif
