/*
 * The loader's list of loaded objects, as debuggers get it. Calls no function and takes no lock: ASan asks dlsym(3) for
 * everything before a single function of its own can be called, dl_iterate_phdr(3) among them, and connect(2) is called
 * in children of vfork(2). The objects up to libc were loaded with the program and stay.
 */
#ifndef TLSWARD_LOADER_LIST_H
#define TLSWARD_LOADER_LIST_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

/* Where this library begins. */
extern const char own_start[] __asm__("__ehdr_start") __attribute__((visibility("hidden")));

/* The program; NULL where it has no list for debuggers. */
const struct link_map *loader_list_first(void);

/* The first definition behind this library, of an object that the program was started with; NULL if there is none. */
void *loader_list_find(const char *name);

/* The same in that version, where the object has it: see elf_symbols_find_version(). */
void *loader_list_find_version(const char *name, const char *version);

/* The first definition of all, which is what a reference to a symbol of the C library is bound to. */
void *loader_list_find_first(const char *name);

/* True where the object with this load address comes before this library. */
bool loader_list_has_before_own(uintptr_t base);

#endif
