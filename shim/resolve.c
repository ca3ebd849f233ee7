#include "library.h"

#include "address_map.h"
#include "loader.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic(struct library *) libraries[LIBRARIES_MAX];
static struct address_map owners;  /* contexts and connections → slot */
static struct address_map callers; /* return addresses → slot: code does not move while it is loaded */

const struct library *library_in_slot(unsigned slot)
{
    return slot < LIBRARIES_MAX ? atomic_load_explicit(&libraries[slot], memory_order_acquire) : NULL;
}

static void *lookup_symbol(const char *name, void *handle)
{
    return loader_symbol(handle, name);
}

static void bind_real_functions(struct library *library, void *handle)
{
#define HOOK(type, name, parameters) *(void **)&library->real.name = loader_symbol(handle, #name);
#define LIBC_HOOK(type, name, parameters)
#include "hooks.def"
#undef HOOK
}

static const char *identify(struct library *library, void *handle)
{
    /* BoringSSL has OpenSSL's names and other layouts and rules. */
    if (loader_symbol(handle, "SSL_CTX_set_custom_verify") != NULL)
        return "an OpenSSL API that is not BoringSSL's";
    return openssl_api_bind(&library->api, lookup_symbol, handle);
}

/* `object` is the library's, and used for its libcrypto's then. */
static struct library *bind_library(struct loaded_object *object)
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
    library->known = library->missing == NULL;
    library->modern = library->api.SSL_in_before != NULL && library->api.OPENSSL_sk_num != NULL;
    library->ssl_start = object->start;
    library->ssl_end = object->end;

    if (library->real.X509_verify_cert != NULL && loader_object_at(*(void **)&library->real.X509_verify_cert, object)) {
        library->crypto_start = object->start;
        library->crypto_end = object->end;
    }
    return library;
}

static bool publish(struct library *library)
{
    for (unsigned slot = 0; slot < LIBRARIES_MAX; slot++) {
        struct library *empty = NULL;
        library->slot = slot;
        library->info = library_attachments.info[slot];
        if (atomic_compare_exchange_strong(&libraries[slot], &empty, library))
            return true;
    }
    return false;
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

/* A record made for a lone libcrypto steps back once the libssl that uses it is known. */
static const struct library *find_by_address(const void *address)
{
    const struct library *unknown = NULL;
    for (unsigned slot = 0; slot < LIBRARIES_MAX; slot++) {
        const struct library *library = library_in_slot(slot);
        if (library == NULL)
            break;
        if (holds(library, address) && library->known)
            return library;
        if (holds(library, address) && unknown == NULL)
            unknown = library;
    }
    return unknown;
}

/*
 * Two threads may both bind the same library at once; the second record then is never found again, because the
 * first slot that matches wins. Losing a few kilobytes once is cheaper than a lock that a fork could break.
 */
static const struct library *library_of_symbol(const void *symbol)
{
    const struct library *found = find_by_address(symbol);
    if (found != NULL)
        return found;

    struct loaded_object *object = malloc(sizeof *object); /* too large for small stacks */
    struct library *library = NULL;
    if (object != NULL && loader_object_at(symbol, object) && !loader_is_own(symbol))
        library = bind_library(object);
    free(object);
    if (library == NULL)
        return NULL;
    if (library->known && !library_attachments.attach(library))
        library->known = false;
    return publish(library) ? find_by_address(symbol) : NULL;
}

static const struct library *the_only_one(void)
{
    return library_in_slot(1) == NULL ? library_in_slot(0) : NULL;
}

/* Asks the loader what the calling object sees under this name: its own dependencies if it was opened RTLD_LOCAL. */
static const struct library *ask_loader(const void *caller, const char *function)
{
    struct loaded_object object;
    if (loader_is_own(caller) || !loader_object_at(caller, &object))
        return library_in_slot(0); /* a tail call from a wrapper looks like us */
    void *handle = loader_open(&object);
    /* A libssl that nobody has met yet calls its libcrypto: it is the library, not what it calls. */
    const void *own = handle != NULL ? loader_symbol(handle, "SSL_CTX_new") : NULL;
    void *symbol = within((uintptr_t)own, object.start, object.end) ? (void *)own
                   : handle != NULL                                 ? loader_symbol(handle, function)
                                                                    : NULL;
    loader_close(handle);
    if (symbol == NULL)
        symbol = loader_next(function);
    return symbol != NULL ? library_of_symbol(symbol) : NULL;
}

static const struct library *library_of_caller(const void *caller, const char *function)
{
    const struct library *own = find_by_address(caller);
    if (own != NULL)
        return own;
    int slot = address_map_get(&callers, caller);
    if (slot >= 0)
        return library_in_slot((unsigned)slot);
    const struct library *library = ask_loader(caller, function);
    if (library != NULL)
        address_map_put(&callers, caller, library->slot);
    return library;
}

const struct library *library_of_method(const SSL_METHOD *method, const void *caller)
{
    const struct library *library = method != NULL ? library_of_symbol(method) : NULL;
    return library != NULL ? library : library_of_caller(caller, "SSL_CTX_new");
}

static const struct library *library_of_object(const void *object, const void *caller, const char *function)
{
    int slot = address_map_get(&owners, object);
    if (slot >= 0)
        return library_in_slot((unsigned)slot);
    const struct library *only = the_only_one();
    return only != NULL && only->known ? only : library_of_caller(caller, function);
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
    return library_of_caller(caller, function);
}

void library_owns(const struct library *library, const void *object)
{
    address_map_put(&owners, object, library->slot);
}

void library_disowns(const void *object)
{
    address_map_remove(&owners, object);
}

bool library_called_itself(const struct library *library, const void *caller)
{
    return holds(library, caller);
}
