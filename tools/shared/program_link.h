/*
 * Patterns of programs that a link keeps from matching: rules know a program by its path with links resolved.
 */
#ifndef TLSWARD_PROGRAM_LINK_H
#define TLSWARD_PROGRAM_LINK_H

/*
 * The pattern as it has to be written, where the path that it names, or for one with '*' or '?' the directory before
 * those, is or contains a link on this host. NULL where not, or where nothing is there. The caller frees the result.
 */
char *program_link_resolved(const char *pattern);

#endif
