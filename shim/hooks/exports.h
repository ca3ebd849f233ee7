/*
 * What the files that define hooks share: the hooks are declared from the table, so that a definition that disagrees
 * with its row does not compile.
 */
#ifndef TLSWARD_EXPORTS_H
#define TLSWARD_EXPORTS_H

#include "openssl/openssl_api.h"
#include "process/loader.h"

#include <netdb.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

/* The C library's function, or NULL. */
#define LIBC(name)                                                                                                     \
    __extension__({                                                                                                    \
        static _Atomic(void *) known;                                                                                  \
        (__typeof__(&(name)))loader_next_once(&known, #name);                                                          \
    })

/* The same for a function that the C library has in several versions: that which the caller was linked against. */
#define LIBC_AS_LINKED(name)                                                                                           \
    __extension__({                                                                                                    \
        void *linked = loader_next_as_linked(CALLER, #name);                                                           \
        linked != NULL ? (__typeof__(&(name)))linked : LIBC(name);                                                     \
    })

/* glibc declares connect's address as a transparent union, which ISO C does not know. */
#pragma GCC diagnostic ignored "-Wpedantic"

#define HOOK(type, name, parameters) EXPORT type name parameters;
#include "hooks/hooks.def"
#undef HOOK

#endif
