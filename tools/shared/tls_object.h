/*
 * What one ELF file, a program or a shared object, has to do with TLS.
 */
#ifndef TLSWARD_TLS_OBJECT_H
#define TLSWARD_TLS_OBJECT_H

#include "shared/elf_tls.h"

#include <stdbool.h>
#include <stddef.h>

enum built_in_tls { BUILT_IN_NONE, BUILT_IN_OPENSSL, BUILT_IN_OTHER };

struct tls_object {
    char *path;
    struct elf_tls symbols;
    bool is_go;                 /* a Go program with crypto/tls */
    bool names_context;         /* looks OpenSSL's functions up by name, and is none of it */
    const char *family;         /* "GnuTLS", where the file is that library; else NULL */
    const char *machine;        /* "Java", where others' code runs in it with a TLS of its own; else NULL */
    enum built_in_tls built_in; /* and not exported: a guess, by constants */
};

/* To be freed. */
struct tls_object tls_object_inspect(const char *path);

void tls_object_free(struct tls_object *object);

#endif
