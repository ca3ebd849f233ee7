#include "process/own_command.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

static bool has_note(const unsigned char *note, size_t left)
{
    static const char name[] = OWN_COMMAND_NOTE_NAME;
    ElfW(Nhdr) header;
    while (left >= sizeof header) {
        memcpy(&header, note, sizeof header);
        size_t size = sizeof header + padded(header.n_namesz) + padded(header.n_descsz);
        if (size > left)
            return false;
        if (header.n_type == OWN_COMMAND_NOTE_TYPE && header.n_namesz == sizeof name &&
            memcmp(note + sizeof header, name, sizeof name) == 0)
            return true;
        note += size;
        left -= size;
    }
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
            has_note((const unsigned char *)(base + segments[i].p_vaddr), /* NOLINT(performance-no-int-to-ptr) */
                     segments[i].p_memsz))
            return true;
    return false;
}
