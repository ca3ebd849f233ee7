/*
 * Which TLS library does this call belong to? One record per loaded library, bound once and never freed.
 * Two libraries of different versions in one process are real, so nothing here is process-wide.
 */
#ifndef TLSWARD_LIBRARY_H
#define TLSWARD_LIBRARY_H

#include "openssl_api.h"

#include <stdbool.h>
#include <stdint.h>

/* The real functions behind the hooks; NULL where this library lacks one. */
struct real_functions {
#define HOOK(type, name, parameters) type(*name) parameters;
#define LIBC_HOOK(type, name, parameters)
#include "hooks.def"
#undef HOOK
};

struct library {
    struct real_functions real;
    struct openssl_api api;
    bool known;          /* everything REQUIRED is there; otherwise calls are only passed through */
    bool modern;         /* OpenSSL from 1.1.0 on: a session may be dropped when the handshake starts */
    const char *missing; /* the REQUIRED function that is not there, where known is false */
    const char *path;
    uintptr_t ssl_start, ssl_end;
    uintptr_t crypto_start, crypto_end;
    unsigned slot;
    info_callback info; /* our info callback for this library's contexts: the callback has no argument to tell */
    int context_index, connection_index, mark_index, lookup_index; /* ex_data */
};

#define LIBRARIES_MAX 8

/* What the other parts attach to a library when it is bound: ex_data indices and its info callback. */
struct library_attachments {
    bool (*attach)(struct library *library);
    info_callback info[LIBRARIES_MAX];
};
extern const struct library_attachments library_attachments;

/* The library in slot `slot`, or NULL. */
const struct library *library_in_slot(unsigned slot);

/*
 * The library a call belongs to: by its argument first, by the calling object last. NULL where none is found,
 * which means that there is nothing to pass the call on to. `caller` is an address inside the calling function.
 */
const struct library *library_of_method(const SSL_METHOD *method, const void *caller);
const struct library *library_of_context(const SSL_CTX *context, const void *caller);
const struct library *library_of_connection(const SSL *connection, const void *caller);
const struct library *library_of_crypto_caller(const void *caller, const char *function);

/* Told when a context or connection comes and goes, so that its library is known from then on. */
void library_owns(const struct library *library, const void *object);
void library_disowns(const void *object);

/* True for calls a library makes to itself through its PLT. */
bool library_called_itself(const struct library *library, const void *caller);

#endif
