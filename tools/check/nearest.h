/* What somebody may have meant who wrote a word that nobody knows. */
#ifndef TLSWARD_NEAREST_H
#define TLSWARD_NEAREST_H

#include <stddef.h>

/* The one of `words`, ended by NULL, that takes the fewest edits to write, or NULL where none is near. */
const char *nearest_word(const char *text, size_t length, const char *const *words);

#endif
