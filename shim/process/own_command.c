#include "process/own_command.h"

#include "process/elf_notes.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>

static bool has_note(struct elf_notes notes)
{
    static const char name[] = OWN_COMMAND_NOTE_NAME;
    struct elf_note note;
    while (elf_notes_next(&notes, &note))
        if (elf_note_is(&note, OWN_COMMAND_NOTE_TYPE, name, sizeof name))
            return true;
    return false;
}

bool own_command_is_here(void)
{
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)getauxval(AT_PHDR); /* NOLINT(performance-no-int-to-ptr) */
    size_t count = segments != NULL ? getauxval(AT_PHNUM) : 0;
    uintptr_t base = 0;
    /* Zero where the kernel started the loader itself, whose file says nothing of the program's owner. */
    if (getauxval(AT_BASE) == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_PHDR)
            base = (uintptr_t)segments - segments[i].p_vaddr;
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_NOTE &&
            has_note((struct elf_notes){(const unsigned char *)(base + segments[i].p_vaddr), /* NOLINT */
                                        segments[i].p_memsz}))
            return true;
    return false;
}
