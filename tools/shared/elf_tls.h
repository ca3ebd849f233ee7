/*
 * What an ELF file says about the TLS that it does: by its symbols, and where these are silent by its constants.
 */
#ifndef TLSWARD_ELF_TLS_H
#define TLSWARD_ELF_TLS_H

#include <stdbool.h>

struct elf_tls {
    bool exports_context; /* SSL_CTX_new, whatever library is behind it */
    bool exports_openssl; /* and what tells the OpenSSL family from BoringSSL and from wrappers of other libraries */
    bool exports_dlsym;
    bool imports_dlsym;
};

struct elf_tls elf_tls_inspect(const char *path);

/* A Go program with the package crypto/tls in it. */
bool elf_tls_is_go(const char *path);

/* The constant "SSL_CTX_new", which who looks functions up by name has. */
bool elf_tls_names_context(const char *path);

/* The constant "libssl.so", which who opens the library by itself has. */
bool elf_tls_names_library(const char *path);

/* What a TLS library that is built in calls itself in its constants: "rustls", "BoringSSL"; NULL where nothing is
 * known. */
const char *elf_tls_built_in_name(const char *path);

/*
 * A guess: constants that OpenSSL's libssl and libcrypto leave in what they are built into, whether or not it exports
 * their functions. A libcrypto alone does no TLS and does not count.
 */
bool elf_tls_seems_to_have_openssl(const char *path);

/*
 * A guess of the same kind, for whatever library is built in: the labels that every implementation of TLS 1.3 must
 * carry, wherever in the file they are.
 */
bool elf_tls_seems_to_do_tls(const char *path);

#endif
