#include "shared/elf.h"

#include "shared/elf_file.h"
#include "shared/text.h"

#include <string.h>

static bool starts_with(const char *text, const char *start)
{
    return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

static void inspect_dynamic(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct elf_facts *facts)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Dyn entry;
    for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++) {
        if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_SONAME)
            continue;
        const char *name = elf_strptr(elf, header->sh_link, entry.d_un.d_val);
        if (entry.d_tag == DT_SONAME && (starts_with(name, "ld-") || starts_with(name, "ld64")))
            facts->loader = true;
        if (entry.d_tag == DT_NEEDED && (starts_with(name, "libasan.so") || starts_with(name, "libclang_rt.asan")))
            facts->sanitizer_needed = true;
    }
}

static void inspect_open(Elf *elf, struct elf_facts *facts)
{
    GElf_Ehdr header;
    size_t segments;
    if (gelf_getehdr(elf, &header) == NULL || elf_getphdrnum(elf, &segments) != 0)
        return;
    facts->is_elf = true;
    facts->class = header.e_ident[EI_CLASS];
    facts->data = header.e_ident[EI_DATA];
    facts->machine = header.e_machine;
    facts->executable = header.e_type == ET_EXEC || header.e_type == ET_DYN;
    for (size_t i = 0; i < segments; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, (int)i, &segment) != NULL && segment.p_type == PT_INTERP)
            facts->dynamic = true;
    }
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section != NULL; section = elf_nextscn(elf, section)) {
        GElf_Shdr section_header;
        if (gelf_getshdr(section, &section_header) != NULL && section_header.sh_type == SHT_DYNAMIC)
            inspect_dynamic(elf, section, &section_header, facts);
    }
}

struct elf_facts elf_inspect(const char *path)
{
    struct elf_facts facts = {0};
    struct elf_file file = elf_file_open(path);
    if (file.elf != NULL)
        inspect_open(file.elf, &facts);
    elf_file_close(&file);
    return facts;
}

char *elf_interpreter(const char *path)
{
    struct elf_file file = elf_file_open(path);
    char *interpreter = NULL;
    size_t segments = 0;
    if (file.elf == NULL || elf_getphdrnum(file.elf, &segments) != 0)
        goto out;
    for (size_t i = 0; i < segments && interpreter == NULL; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(file.elf, (int)i, &segment) == NULL || segment.p_type != PT_INTERP)
            continue;
        const Elf_Data *name = elf_getdata_rawchunk(file.elf, (int64_t)segment.p_offset, segment.p_filesz, ELF_T_BYTE);
        if (name != NULL)
            interpreter = text_format("%.*s", (int)name->d_size, (const char *)name->d_buf);
    }
out:
    elf_file_close(&file);
    return interpreter;
}

char *elf_architecture(const struct elf_facts *facts)
{
    static const struct {
        unsigned machine;
        const char *name;
    } machines[] = {
        {EM_386, "i386"},     {EM_X86_64, "x86-64"}, {EM_ARM, "ARM"},   {EM_AARCH64, "AArch64"},
        {EM_RISCV, "RISC-V"}, {EM_PPC64, "PPC64"},   {EM_S390, "S390"},
    };
    const char *bits = facts->class == ELFCLASS64 ? "64-bit" : "32-bit";
    const char *order = facts->data == ELFDATA2MSB ? " big-endian" : "";
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (machines[i].machine == facts->machine)
            return text_format("%s%s %s", bits, order, machines[i].name);
    return text_format("%s%s machine %u", bits, order, facts->machine);
}
