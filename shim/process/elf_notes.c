#include "process/elf_notes.h"

#include <elf.h>
#include <string.h>

/* 32-bit objects have the same. */
typedef Elf64_Nhdr note_header;

#define NOTE_ALIGNMENT 4

/* A part of a note with the padding behind it, or NULL where they are not all there. */
static const unsigned char *take(struct elf_notes *notes, size_t size)
{
    const unsigned char *part = notes->next;
    size_t padding = (NOTE_ALIGNMENT - size % NOTE_ALIGNMENT) % NOTE_ALIGNMENT;
    if (size > notes->left || padding > notes->left - size)
        return NULL;
    notes->next += size + padding;
    notes->left -= size + padding;
    return part;
}

bool elf_notes_next(struct elf_notes *notes, struct elf_note *note)
{
    note_header header;
    const unsigned char *start = take(notes, sizeof header);
    if (start == NULL)
        return false;
    memcpy(&header, start, sizeof header);
    note->type = header.n_type;
    note->name_size = header.n_namesz;
    note->body_size = header.n_descsz;
    note->name = take(notes, note->name_size);
    note->body = note->name != NULL ? take(notes, note->body_size) : NULL;
    return note->body != NULL;
}

bool elf_note_is(const struct elf_note *note, uint32_t type, const char *name, size_t name_size)
{
    return note->type == type && note->name_size == name_size && memcmp(note->name, name, name_size) == 0;
}
