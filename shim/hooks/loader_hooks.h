/*
 * What the hooks of dlsym(3), dlvsym(3) and dlopen(3) do. glibc tells by the return address who calls these functions:
 * RTLD_NEXT, RTLD_DEFAULT, $ORIGIN and the link namespace depend on it. So the exported functions are assembly
 * (exports_*.S): they ask here first, and then return the answer or jump to the real function with the stack as the
 * caller left it. A C compiler promises no such jump.
 */
#ifndef TLSWARD_LOADER_HOOKS_H
#define TLSWARD_LOADER_HOOKS_H

#include <stdint.h>

/* Both in registers: rax and rdx, or x0 and x1. */
struct symbol_answer {
    void *symbol;     /* what the caller gets, where `jump` is NULL */
    const void *jump; /* the real function, to be entered with the caller's own arguments */
};

/*
 * Names other than those of our hooks on TLS functions are none of our business. For these the real function decides:
 * where it finds the function in a library of the OpenSSL family, the answer is our hook, else the answer stands. Where
 * scopes are searched (RTLD_DEFAULT, RTLD_NEXT) our hook is found anyway, and only hidden where nothing is behind it.
 * By a handle, hooks whose argument does not tell the library (X509_*) are not given. dlerror(3) says what it would
 * have said, but for the name of the object that asked where we are hidden. `caller` is the return address.
 */
struct symbol_answer loader_hook_dlsym(void *handle, const char *name, const void *caller);
struct symbol_answer loader_hook_dlvsym(void *handle, const char *name, const char *version);

struct open_answer {
    intptr_t flags;
    const void *jump; /* the real dlopen, or NULL */
};

/* Takes RTLD_DEEPBIND away where the policy says "deepbind = strip"; see deepbind.h. */
struct open_answer loader_hook_dlopen(const char *path, int flags);

#endif
