#include "shared/elf_file.h"

#include <fcntl.h>
#include <unistd.h>

struct elf_file elf_file_open(const char *path)
{
    struct elf_file file = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (file.fd >= 0 && elf_version(EV_CURRENT) != EV_NONE)
        file.elf = elf_begin(file.fd, ELF_C_READ_MMAP, NULL);
    if (file.elf != NULL && elf_kind(file.elf) != ELF_K_ELF) {
        elf_end(file.elf);
        file.elf = NULL;
    }
    return file;
}

void elf_file_close(struct elf_file *file)
{
    elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
}
