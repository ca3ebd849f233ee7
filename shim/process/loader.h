/*
 * Questions to the dynamic loader. Nothing here loads an object that is not loaded already.
 */
#ifndef TLSWARD_LOADER_H
#define TLSWARD_LOADER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUILD_ID_MAX 64

struct loaded_object {
    char path[4096]; /* as the loader names it; "" for the main program */
    uintptr_t base;  /* load address: offsets in the file are relative to it */
    uintptr_t start; /* the range of all its segments */
    uintptr_t end;
    unsigned char build_id[BUILD_ID_MAX];
    size_t build_id_length;
};

/* The object that holds an address; false if none does. */
bool loader_object_at(const void *address, struct loaded_object *object);

/* True for addresses inside libtlsward.so itself. */
bool loader_is_own(const void *address);

/*
 * A number that tells the object that holds an address from any other that may come to lie there once this one is
 * unloaded, by its place, path and build ID. 0 where that cannot be told (no build ID), or where no object holds it.
 */
uint64_t loader_identity(const void *address);

/*
 * A handle for dlsym(3) on an object that is loaded; NULL where the loader does not know it by its path. To be closed,
 * or the program could not unload the object any more.
 */
void *loader_open(const struct loaded_object *object);
void loader_close(void *handle);

/*
 * The same for an object that from then on is never unloaded (RTLD_NODELETE), which is for TLS libraries alone: our
 * tables point into them and their objects at our callbacks. OpenSSL does that to itself from 1.1.0 on.
 */
void *loader_pin(const struct loaded_object *object);

/* A symbol of the object or its dependencies, never one of our own hooks; NULL where there is none. */
void *loader_symbol(void *handle, const char *name);

/*
 * The first definition in an object that was loaded after this library, in load order: among the objects a program
 * starts with that is what RTLD_NEXT means (dlsym(3)); behind them come all others, RTLD_LOCAL or not. The
 * vDSO's few names (time, clock_gettime) count too. Does not allocate and leaves dlerror(3) alone.
 */
void *loader_next(const char *name);

/*
 * The same for many names at once, which looks at each object once: `found` is an array of `count`, as are the names,
 * each of which begins `width` bytes behind the one before.
 */
void loader_next_all(const char *names, size_t width, size_t count, void **found);

/* The first definition behind this library in the global scope: RTLD_NEXT for it (dlsym(3)). Sets dlerror(3). */
void *loader_next_in_scope(const char *name);

/*
 * The first as above, kept in *known once it is found: what is not there yet may be in a libdl or libanl that is loaded
 * later. What the C library has is found without a lock. Async-signal-safe.
 */
void *loader_next_find(_Atomic(void *) *known, const char *name);

static inline void *loader_next_once(_Atomic(void *) *known, const char *name)
{
    void *found = atomic_load_explicit(known, memory_order_acquire);
    return found != NULL ? found : loader_next_find(known, name);
}

/*
 * The same in the version that the object at `caller` was linked against, where that is not the default: a hook without
 * a version stands for all. NULL where the caller names none.
 */
void *loader_next_as_linked(const void *caller, const char *name);

/* The hook this library exports under that name, or NULL. */
void *loader_own_hook(const char *name);

/*
 * The definition that dlsym(RTLD_DEFAULT) would give the object that holds `caller` if this library were not there:
 * from the global scope, else from the object and its dependencies. NULL, with dlerror(3) set, where there is none.
 */
void *loader_seen_by(const void *caller, const char *name);

/* How many loaded objects, this library not counted, define a symbol. */
unsigned loader_count_definitions(const char *name);

/* True where the object that holds `address` defines the symbol. */
bool loader_defines_beside(const void *address, const char *name);

/* The same, and the object is not the main program. */
bool loader_is_library_with(const void *address, const char *name);

/*
 * Where the object that holds `address` finds the function it calls by that name, see elf_symbols_slot(); NULL where it
 * was not linked against it.
 */
void **loader_slot_beside(const void *address, const char *name);

/* True where the object that holds `address` comes before this library in load order. */
bool loader_is_before_own(const void *address);

/*
 * The functions behind our hooks of the same name; NULL where nothing loaded has them (dlvsym in musl; all of them
 * where glibc is older than 2.34 and libdl is not loaded).
 */
typedef void *dlopen_function(const char *path, int flags);
typedef void *dlsym_function(void *handle, const char *name);
typedef void *dlvsym_function(void *handle, const char *name, const char *version);
typedef int dlclose_function(void *handle);
dlopen_function *loader_real_dlopen(void);
dlsym_function *loader_real_dlsym(void);
dlvsym_function *loader_real_dlvsym(void);

/*
 * What a process brings with it when it starts: a program that exports an OpenSSL of its own, which then comes before
 * every library; or some object called libssl.*, a hint that a policy will be needed. Binds nothing.
 */
enum loader_tls { TLS_NOT_SEEN, TLS_IN_LIBRARY, TLS_IN_PROGRAM };
enum loader_tls loader_sees_tls(void);

#endif
