/*
 * Many literals looked for at once in one pass over a text, whatever the case of ASCII letters (Aho and Corasick,
 * "Efficient string matching", 1975). That is what lets a scan look at every byte of a tree.
 */
#ifndef TLSWARD_LITERALS_H
#define TLSWARD_LITERALS_H

#include <stddef.h>
#include <stdint.h>

struct literals; /* read-only once made: threads share it */

/* Literals that are equal but for case may be there more than once. The caller frees the result. */
struct literals *literals_new(const char *const *texts, size_t count);

/*
 * Calls `found` for each occurrence, in the order in which they end, with the literal's index and where it begins;
 * they overlap where they do.
 */
void literals_search(const struct literals *literals, const char *text, size_t length,
                     void (*found)(void *arg, size_t literal, size_t start), void *arg);

void literals_free(struct literals *literals);

#endif
