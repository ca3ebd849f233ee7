/*
 * The note by which the library knows that it is inside this command, which it must not judge: see own_command.h.
 */
#include "process/own_command.h"

#include <elf.h>

_Static_assert(sizeof(Elf64_Nhdr) == sizeof(Elf32_Nhdr), "one layout for both classes");

/* The name of the section gives it the type of notes, for which a linker makes a segment. */

__attribute__((section(".note.tlsward"), used, aligned(4))) static const struct {
    Elf64_Nhdr header;
    char name[sizeof OWN_COMMAND_NOTE_NAME];
} note = {
    .header = {.n_namesz = sizeof OWN_COMMAND_NOTE_NAME, .n_descsz = 0, .n_type = OWN_COMMAND_NOTE_TYPE},
    .name = OWN_COMMAND_NOTE_NAME,
};
