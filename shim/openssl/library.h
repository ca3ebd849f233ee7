/*
 * Which TLS library does this call belong to? One record per loaded library, bound once and never freed.
 * Two libraries of different versions in one process are real, so nothing here is process-wide.
 */
#ifndef TLSWARD_LIBRARY_H
#define TLSWARD_LIBRARY_H

#include "openssl/openssl_api.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The real functions behind the hooks; NULL where this library lacks one. */
struct real_functions {
#define HOOK(type, name, parameters) type(*name) parameters;
#include "openssl/openssl_hooks.def"
#undef HOOK
};

/* Complete when it is published, but for what is atomic. */
struct library {
    struct real_functions real;
    struct real_functions interposed; /* another preload's, which come between our hooks and these; else NULL */
    struct openssl_api api;
    bool complete;       /* everything REQUIRED is there; otherwise calls are only passed through */
    atomic_bool known;   /* and so are the ex_data indices: what would be read by others is the program's */
    bool modern;         /* OpenSSL from 1.1.0 on: a session may be dropped when the handshake starts */
    const char *missing; /* the REQUIRED function that is not there, where it is not complete */
    const char *path;
    uintptr_t ssl_start, ssl_end; /* 0 for a libcrypto whose libssl nobody has met */
    uintptr_t crypto_start, crypto_end;
    void **verification_slot; /* where libssl finds X509_verify_cert */
    unsigned slot;
    info_callback info; /* our info callback for this library's contexts: the callback has no argument to tell */
    psk_use_session_callback use_session;                                /* what stands in for a program's, likewise */
    atomic_int context_index, connection_index, mark_index, store_index; /* ex_data; see ex_data_take() */
    atomic_bool told;                                                    /* that it is not known */
    _Atomic(struct library *) next;
};

/* As many libraries of one process are told apart; the calls of more are passed through. */
#define LIBRARIES_MAX 8

/*
 * What the other parts attach to a library before it is used: ex_data indices and its callbacks. Several threads
 * may attach to one library at once, and one may be forked away halfway: each does what it finds undone. False for
 * want of memory: whoever comes next tries again.
 */
struct library_attachments {
    bool (*attach)(struct library *library);
    info_callback info[LIBRARIES_MAX];
    psk_use_session_callback use_session[LIBRARIES_MAX];
};
extern const struct library_attachments library_attachments;

/* The library in slot `slot`, or NULL. */
const struct library *library_in_slot(unsigned slot);

/*
 * The library a call belongs to: by its argument first, by the calling object last. NULL where none is found: then
 * the call is passed on to what the caller would have called without us. `caller` is an address inside the calling
 * function.
 */
const struct library *library_of_method(const SSL_METHOD *method, const void *caller);
const struct library *library_of_context(const SSL_CTX *context, const void *caller);
const struct library *library_of_connection(const SSL *connection, const void *caller);
const struct library *library_of_crypto_caller(const void *caller, const char *function);

/*
 * Says that this thread is calling a function of the library that may end in a jump to its libcrypto: who calls there
 * is not the library then, to look at. Returns what to say afterwards.
 */
const struct library *library_calling(const struct library *library);

/*
 * The function to pass a call of the hook `name` on to, whose row in struct real_functions begins at `row`: the
 * library's, or another preload's that stands between us and it for this caller. NULL where there is none.
 */
void *library_function(const struct library *library, size_t row, const char *name, const void *caller);

/*
 * What libssl would call to verify a certificate if our callback did not stand in its place: libcrypto's function, or
 * another preload's that comes before it.
 */
typedef int verification(X509_STORE_CTX *);
verification *library_verification(const struct library *library);

/* True for calls a library makes to itself through its PLT. */
bool library_called_itself(const struct library *library, const void *caller);

/* Whether the address is one of its libcrypto's. */
static inline bool library_has_in_crypto(const struct library *library, const void *address)
{
    uintptr_t where = (uintptr_t)address;
    return where >= library->crypto_start && where < library->crypto_end;
}

/* True for the one caller that has to tell that the library is not known. */
bool library_is_to_be_told(const struct library *library);

#endif
