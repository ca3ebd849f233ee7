#include "openssl/library.h"

#include "openssl/call_sites.h"
#include "openssl/ex_data.h"
#include "process/loader.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic(struct library *) first_library; /* the list only grows */
static __thread struct library *calling;        /* see library_calling() */

const struct library *library_in_slot(unsigned slot)
{
    const struct library *library = atomic_load_explicit(&first_library, memory_order_acquire);
    while (library != NULL && library->slot != slot)
        library = atomic_load_explicit(&library->next, memory_order_acquire);
    return library;
}

static bool within(uintptr_t address, uintptr_t start, uintptr_t end)
{
    return address >= start && address < end;
}

static bool holds(const struct library *library, const void *address)
{
    uintptr_t where = (uintptr_t)address;
    return within(where, library->ssl_start, library->ssl_end) ||
           within(where, library->crypto_start, library->crypto_end);
}

/* By functions that nobody has a reason to wrap: another preload that hooks a few of OpenSSL's is no such library. */
static bool is_tls_library(const void *address)
{
    return loader_defines_beside(address, "SSL_CIPHER_get_name");
}

static bool is_of_openssl(const void *address)
{
    return is_tls_library(address) || loader_defines_beside(address, "X509_verify_cert_error_string");
}

static void *lookup_symbol(const char *name, void *handle)
{
    return loader_symbol(handle, name);
}

static void bind_real_functions(struct library *library, void *handle)
{
#define HOOK(type, name, parameters) *(void **)&library->real.name = loader_symbol(handle, #name);
#include "openssl/openssl_hooks.def"
#undef HOOK
}

/* The names are in the array itself: pointers would cost relocations in every process, with or without TLS. */
static const char hook_names[][40] = {
#define HOOK(type, name, parameters) #name,
#include "openssl/openssl_hooks.def"
#undef HOOK
};
enum { HOOKS = sizeof hook_names / sizeof hook_names[0] };
_Static_assert(sizeof(struct real_functions) == HOOKS * sizeof(void *), "a function for each name");

static bool is_interposer(const struct library *library, const void *next)
{
    return next != NULL && !holds(library, next) && !is_of_openssl(next);
}

/* What a program's call would have come to first, had we not been there. */
static void bind_interposers(struct library *library)
{
    void *next[HOOKS];
    loader_next_all(hook_names[0], sizeof hook_names[0], HOOKS, next);
    for (size_t i = 0; i < HOOKS; i++) {
        if (is_interposer(library, next[i]))
            next[i] = loader_next_in_scope(hook_names[i]);
        if (!is_interposer(library, next[i]))
            next[i] = NULL;
    }
    memcpy(&library->interposed, next, sizeof next);
}

static const char *identify(struct library *library, void *handle)
{
    /* BoringSSL has OpenSSL's names and other layouts and rules. */
    if (loader_symbol(handle, "SSL_CTX_set_custom_verify") != NULL)
        return "an OpenSSL API that is not BoringSSL's";
    const char *missing = openssl_api_bind(&library->api, lookup_symbol, handle);
    return missing == NULL && !ex_data_is_offered(&library->api) ? "CRYPTO_get_ex_new_index" : missing;
}

/* `object` is that of `symbol`, and used for its libcrypto's then. */
static void bind_ranges(struct library *library, const void *symbol, struct loaded_object *object)
{
    if (is_tls_library(symbol)) {
        library->ssl_start = object->start;
        library->ssl_end = object->end;
        const void *crypto = *(void **)&library->real.X509_verify_cert;
        if (crypto == NULL || !loader_object_at(crypto, object))
            return;
    }
    library->crypto_start = object->start;
    library->crypto_end = object->end;
}

static void release(struct library *library)
{
    free((char *)library->path);
    free(library);
}

static struct library *bind_library(const void *symbol, struct loaded_object *object)
{
    void *handle = loader_pin(object);
    struct library *library = handle != NULL ? calloc(1, sizeof *library) : NULL;
    char *path = library != NULL ? strdup(object->path) : NULL;
    if (path == NULL) {
        free(library); /* and try again at the next call */
        return NULL;
    }
    bind_real_functions(library, handle);
    library->path = path;
    library->missing = identify(library, handle);
    library->complete = library->missing == NULL;
    library->modern = library->api.SSL_in_before != NULL && library->api.OPENSSL_sk_num != NULL;
    bind_ranges(library, symbol, object);
    bind_interposers(library);
    if (library->ssl_start != 0)
        library->verification_slot = loader_slot_beside(symbol, "X509_verify_cert");
    return library;
}

static void take_slot(struct library *library, unsigned slot)
{
    library->slot = slot;
    library->info = slot < LIBRARIES_MAX ? library_attachments.info[slot] : NULL;
    library->use_session = slot < LIBRARIES_MAX ? library_attachments.use_session[slot] : NULL;
    if (slot < LIBRARIES_MAX)
        return;
    library->complete = false;
    library->missing = NULL;
}

/*
 * Whoever is first at the end of the list has the record that all use; who was late for the same library drops his own.
 * Nothing that cannot be undone has been done until then, but that the library stays loaded.
 */
static void publish(struct library *library)
{
    _Atomic(struct library *) *end = &first_library;
    for (unsigned slot = 0;; slot++) {
        struct library *present = NULL;
        take_slot(library, slot);
        if (atomic_compare_exchange_strong(end, &present, library))
            return;
        if (present->ssl_start == library->ssl_start && present->crypto_start == library->crypto_start) {
            release(library);
            return;
        }
        end = &present->next;
    }
}

/* A record made for a lone libcrypto steps back once the libssl that uses it is known. */
static struct library *find_by_address(const void *address)
{
    struct library *unknown = NULL;
    struct library *library = atomic_load_explicit(&first_library, memory_order_acquire);
    for (; library != NULL; library = atomic_load_explicit(&library->next, memory_order_acquire)) {
        if (holds(library, address) && library->complete)
            return library;
        if (holds(library, address) && unknown == NULL)
            unknown = library;
    }
    return unknown;
}

static struct library *library_of_symbol(const void *symbol)
{
    struct library *found = find_by_address(symbol);
    if (found != NULL || loader_is_own(symbol) || !is_of_openssl(symbol))
        return found;

    struct loaded_object *object = malloc(sizeof *object); /* too large for small stacks */
    struct library *library = object != NULL && loader_object_at(symbol, object) ? bind_library(symbol, object) : NULL;
    free(object);
    if (library == NULL)
        return NULL;
    publish(library);
    return find_by_address(symbol);
}

/*
 * Every thread that is given a library has seen it attached, or has done so itself: an unarmed context of another
 * thread would be a hole, and to wait for that thread would be for ever in a child of fork(2). What was short of memory
 * is done at the next call, and X509_verify_cert() holds until then: see handshake_net().
 */
static const struct library *attached(struct library *library)
{
    if (library != NULL && library->complete && !library->known && library_attachments.attach(library))
        library->known = true;
    return library;
}

/* The library that the object at `caller` sees: its own dependencies if it was opened RTLD_LOCAL. */
static struct library *library_in_scope(const struct loaded_object *object, void *handle, const char *function)
{
    /* A libssl that nobody has met yet calls its libcrypto: it is the library, not what it calls. */
    const char *const names[] = {"SSL_CTX_new", function, "SSL_CIPHER_get_name", "X509_verify_cert_error_string"};
    for (size_t i = 0; handle != NULL && i < sizeof names / sizeof names[0]; i++) {
        const void *symbol = loader_symbol(handle, names[i]);
        bool counts = i > 0 || within((uintptr_t)symbol, object->start, object->end);
        struct library *library = symbol != NULL && counts ? library_of_symbol(symbol) : NULL;
        if (library != NULL)
            return library;
    }
    const void *symbol = loader_next(function);
    return symbol != NULL ? library_of_symbol(symbol) : NULL;
}

static struct library *ask_loader(const void *caller, const char *function)
{
    struct loaded_object object;
    if (!loader_object_at(caller, &object))
        return NULL;
    void *handle = loader_open(&object);
    struct library *library = library_in_scope(&object, handle, function);
    loader_close(handle);
    return library;
}

static struct library *library_of_caller(const void *caller, const char *function)
{
    struct library *found = find_by_address(caller);
    if (found != NULL)
        return found;
    if (loader_is_own(caller))
        return calling; /* a function of the library that we called ended in a jump */
    uint64_t identity = loader_identity(caller);
    found = call_sites_find(caller, identity);
    if (found == NULL) {
        found = ask_loader(caller, function);
        if (found != NULL)
            call_sites_keep(caller, identity, found);
    }
    bool is_lone = found != NULL && found->ssl_start == 0;
    return is_lone ? find_by_address((const void *)found->crypto_start) : found; /* NOLINT(performance-no-int-to-ptr) */
}

const struct library *library_of_method(const SSL_METHOD *method, const void *caller)
{
    struct library *library = method != NULL ? library_of_symbol(method) : NULL;
    return attached(library != NULL ? library : library_of_caller(caller, "SSL_CTX_new"));
}

/*
 * One of the first four words of every SSL and SSL_CTX points at its SSL_METHOD, which lies in its library: the first
 * in LibreSSL and in the SSL_CTX of OpenSSL before 3.0, the second until 3.1, from 3.2 on (ssl_local.h, struct ssl_st)
 * the third and the fourth. All of them are longer than that.
 */
#define WORDS_WITH_METHOD 4

static struct library *library_by_method_of(const void *object, struct library *(*find)(const void *))
{
    const void *words[WORDS_WITH_METHOD];
    memcpy(words, object, sizeof words);
    for (size_t i = 0; i < WORDS_WITH_METHOD; i++) {
        struct library *library = words[i] != NULL ? find(words[i]) : NULL;
        if (library != NULL && within((uintptr_t)words[i], library->ssl_start, library->ssl_end))
            return library;
    }
    return NULL;
}

/* A program may have a method of its own making: who calls then has to tell. */
static const struct library *library_of_object(const void *object, const void *caller, const char *function)
{
    struct library *library = object != NULL ? library_by_method_of(object, find_by_address) : NULL;
    if (library == NULL && object != NULL)
        library = library_by_method_of(object, library_of_symbol);
    return attached(library != NULL ? library : library_of_caller(caller, function));
}

const struct library *library_of_context(const SSL_CTX *context, const void *caller)
{
    return library_of_object(context, caller, "SSL_CTX_set_verify");
}

const struct library *library_of_connection(const SSL *connection, const void *caller)
{
    return library_of_object(connection, caller, "SSL_connect");
}

const struct library *library_of_crypto_caller(const void *caller, const char *function)
{
    return attached(library_of_caller(caller, function));
}

const struct library *library_calling(const struct library *library)
{
    const struct library *before = calling;
    calling = (struct library *)library;
    return before;
}

static void *function_at(const struct real_functions *functions, size_t row)
{
    void *function;
    memcpy(&function, (const char *)functions + row, sizeof function);
    return function;
}

/*
 * Who found the function with dlsym(3), past all preloads, means the library's own; so does the other preload itself,
 * or it would be called again. Who is in front of us asked for what is behind us (RTLD_NEXT).
 */
static bool means_interposer(const void *caller, const char *name)
{
    return loader_slot_beside(caller, name) != NULL ||
           (loader_is_before_own(caller) && loader_defines_beside(caller, name));
}

void *library_function(const struct library *library, size_t row, const char *name, const void *caller)
{
    if (library == NULL)
        return loader_seen_by(caller, name);
    void *interposed = function_at(&library->interposed, row);
    return interposed != NULL && means_interposer(caller, name) ? interposed : function_at(&library->real, row);
}

verification *library_verification(const struct library *library)
{
    verification *function = library->interposed.X509_verify_cert;
    if (library->verification_slot == NULL)
        return library->api.X509_verify_cert;
    const void *bound = __atomic_load_n(library->verification_slot, __ATOMIC_ACQUIRE);
    if (!loader_is_own(bound))
        *(const void **)&function = bound;
    return function != NULL ? function : library->api.X509_verify_cert;
}

bool library_called_itself(const struct library *library, const void *caller)
{
    return holds(library, caller);
}

bool library_is_to_be_told(const struct library *library)
{
    return !library->known && !atomic_exchange(&((struct library *)library)->told, true);
}
