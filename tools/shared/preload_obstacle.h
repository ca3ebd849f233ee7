/*
 * Why a preloaded library does not get into a program.
 */
#ifndef TLSWARD_PRELOAD_OBSTACLE_H
#define TLSWARD_PRELOAD_OBSTACLE_H

#include "shared/elf.h"

#include <stdbool.h>

/*
 * A predicate of the program, or NULL where nothing is in the way; the caller frees it. `secure`: the kernel sets
 * AT_SECURE for it. `system_preload`: /etc/ld.so.preload loads the library already. `library` is its path, or what
 * stands for it in a sentence, and `ours` its facts.
 */
char *preload_obstacle(const struct elf_facts *program, bool secure, bool system_preload, const char *library,
                       const struct elf_facts *ours);

#endif
