/*
 * Questions to the dynamic loader. Nothing here loads an object that is not loaded already.
 */
#ifndef TLSWARD_LOADER_H
#define TLSWARD_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUILD_ID_MAX 64

struct loaded_object {
    char path[4096];    /* as the loader names it; "" for the main program */
    uintptr_t base;     /* load address: offsets in the file are relative to it */
    uintptr_t start;    /* the range of all its segments */
    uintptr_t end;
    unsigned char build_id[BUILD_ID_MAX];
    size_t build_id_length;
};

/* The object that holds an address; false if none does. */
bool loader_object_at(const void *address, struct loaded_object *object);

/* True for addresses inside libtlsward.so itself. */
bool loader_is_own(const void *address);

/*
 * A handle for dlsym(3) on an object that is loaded, which from then on is never unloaded (RTLD_NODELETE):
 * our tables and callbacks point into it. NULL where the loader does not know it by its path.
 */
void *loader_handle(const struct loaded_object *object);

/* A symbol of the object or its dependencies, never one of our own hooks; NULL where there is none. */
void *loader_symbol(void *handle, const char *name);

/* The definition after ours in the order of the global scope (RTLD_NEXT). */
void *loader_next(const char *name);

/* True where some loaded object is called libssl.*: a hint that a policy will be needed. Binds nothing. */
bool loader_sees_libssl(void);

#endif
