#include "enable/stand_in.h"

#include "shared/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALIGNMENT = 0x10000 }; /* no page is larger */

/*
 * The least that glibc's loader takes: one segment that holds everything, and a dynamic section with an empty string
 * table and an empty symbol table (gABI, "Dynamic Section"). Written once for each class.
 */
#define STAND_IN(bits)                                                                                                 \
    struct stand_in_##bits {                                                                                           \
        Elf##bits##_Ehdr header;                                                                                       \
        Elf##bits##_Phdr segments[3];                                                                                  \
        Elf##bits##_Dyn dynamic[5];                                                                                    \
        Elf##bits##_Sym symbol;                                                                                        \
        char strings[8];                                                                                               \
    };                                                                                                                 \
    static struct stand_in_##bits stand_in_##bits(const struct elf_facts *facts)                                       \
    {                                                                                                                  \
        const size_t dynamic = offsetof(struct stand_in_##bits, dynamic), size = sizeof(struct stand_in_##bits);       \
        struct stand_in_##bits made = {                                                                                \
            .header = {.e_type = ET_DYN,                                                                               \
                       .e_machine = (Elf##bits##_Half)facts->machine,                                                  \
                       .e_version = EV_CURRENT,                                                                        \
                       .e_phoff = offsetof(struct stand_in_##bits, segments),                                          \
                       .e_ehsize = sizeof(Elf##bits##_Ehdr),                                                           \
                       .e_phentsize = sizeof(Elf##bits##_Phdr),                                                        \
                       .e_phnum = 3}, /* Writable: the loader writes addresses into the dynamic section. */            \
            .segments = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_align = ALIGNMENT},                            \
                         {.p_type = PT_DYNAMIC, .p_flags = PF_R | PF_W, .p_align = sizeof(Elf##bits##_Addr)},          \
                         {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W}},                                            \
            .dynamic = {{.d_tag = DT_STRTAB, .d_un = {offsetof(struct stand_in_##bits, strings)}},                     \
                        {.d_tag = DT_STRSZ, .d_un = {1}},                                                              \
                        {.d_tag = DT_SYMTAB, .d_un = {offsetof(struct stand_in_##bits, symbol)}},                      \
                        {.d_tag = DT_SYMENT, .d_un = {sizeof(Elf##bits##_Sym)}}},                                      \
        };                                                                                                             \
        memcpy(made.header.e_ident, ELFMAG, SELFMAG);                                                                  \
        made.header.e_ident[EI_CLASS] = facts->class;                                                                  \
        made.header.e_ident[EI_DATA] = facts->data;                                                                    \
        made.header.e_ident[EI_VERSION] = EV_CURRENT;                                                                  \
        made.segments[0].p_filesz = made.segments[0].p_memsz = (Elf##bits##_Word)size;                                 \
        made.segments[1].p_offset = made.segments[1].p_vaddr = made.segments[1].p_paddr = (Elf##bits##_Word)dynamic;   \
        made.segments[1].p_filesz = made.segments[1].p_memsz = sizeof made.dynamic;                                    \
        return made;                                                                                                   \
    }

STAND_IN(32)
STAND_IN(64)

static int write_file(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    int error = write(fd, bytes, size) == (ssize_t)size && fchmod(fd, 0644) == 0 ? 0 : EIO;
    close(fd);
    return error;
}

int stand_in_write(const char *path, const char *loader)
{
    struct elf_facts facts = elf_inspect(loader);
    struct stand_in_32 small = stand_in_32(&facts);
    struct stand_in_64 large = stand_in_64(&facts);
    if (!facts.is_elf)
        return ENOEXEC;
    return facts.class == ELFCLASS32 ? write_file(path, &small, sizeof small) : write_file(path, &large, sizeof large);
}
