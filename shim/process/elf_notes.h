/*
 * The notes of a segment, one after the other (gABI, "Note Section"). What a note says of its own size is believed no
 * further than the segment reaches.
 */
#ifndef TLSWARD_ELF_NOTES_H
#define TLSWARD_ELF_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_notes {
    const unsigned char *next;
    size_t left; /* bytes */
};

struct elf_note {
    uint32_t type;
    const unsigned char *name;
    size_t name_size; /* with its final zero */
    const unsigned char *body;
    size_t body_size;
};

/* False at the end, and where the rest is no note. */
bool elf_notes_next(struct elf_notes *notes, struct elf_note *note);

/* `name_size` counts the final zero of the name, as a note does. */
bool elf_note_is(const struct elf_note *note, uint32_t type, const char *name, size_t name_size);

#endif
