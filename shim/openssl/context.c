#include "openssl/context.h"

#include "openssl/ex_data.h"
#include "openssl/handshake.h"
#include "openssl/store_record.h"

#include <stdlib.h>

static void context_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)parent;
    (void)data;
    (void)number;
    const struct library *library = argument;
    struct context *context = value;
    if (index != library->context_index) /* one that was lost: see ex_data_take() */
        return;
    if (context != NULL)
        free(context->properties);
    free(context);
}

bool context_attach(struct library *library)
{
    const struct ex_data_callbacks callbacks = {.freed = context_free, .argument = library};
    return ex_data_take(&library->api, EX_DATA_OF_SSL_CTX, &callbacks, &library->context_index);
}

struct context *context_of(const struct library *library, const SSL_CTX *ctx)
{
    bool usable = library != NULL && library->known && ctx != NULL;
    return usable ? library->api.SSL_CTX_get_ex_data(ctx, library->context_index) : NULL;
}

struct context *context_of_connection(const struct library *library, const SSL *ssl)
{
    bool usable = library != NULL && library->known && ssl != NULL;
    return usable ? context_of(library, library->api.SSL_get_SSL_CTX(ssl)) : NULL;
}

/*
 * A store's number is its own for good, while another store may come to lie where it was. That of its anchors is there
 * before it is seen: a thread that finds the store's never takes the anchors' number of the last one.
 */
static void number_anchors(struct context *context, uint64_t store)
{
    static _Atomic uint64_t last;
    uint64_t known = atomic_load_explicit(&context->store, memory_order_acquire);
    if (known == store)
        return;
    atomic_store_explicit(&context->anchors, atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    atomic_compare_exchange_strong_explicit(&context->store, &known, store, memory_order_acq_rel, memory_order_relaxed);
}

uint64_t context_anchors(const struct library *library, const SSL *ssl, X509_STORE *store)
{
    SSL_CTX *ctx = library->api.SSL_get_SSL_CTX(ssl);
    struct context *context = context_of(library, ctx);
    if (context == NULL || store == NULL || store != library->api.SSL_CTX_get_cert_store(ctx))
        return 0;
    const struct store_record *record = store_record_of(library, store);
    if (record == NULL)
        return 0;
    number_anchors(context, record->number);
    return atomic_load_explicit(&context->anchors, memory_order_relaxed);
}

static struct context *context_new(const struct library *library, SSL_CTX *ctx, const void *caller)
{
    struct context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return NULL;
    context->call_site = caller;
    if (library->api.SSL_CTX_set_ex_data(ctx, library->context_index, context) != 1) {
        free(context);
        return NULL;
    }
    return context;
}

struct context *context_arm(const struct library *library, SSL_CTX *ctx, const void *caller)
{
    struct context *context = context_of(library, ctx);
    if (context != NULL || !library->known)
        return context;
    context = context_new(library, ctx, caller);
    if (context == NULL)
        return NULL;
    library->api.SSL_CTX_set_info_callback(ctx, library->info);
    library->api.SSL_CTX_set_cert_verify_callback(ctx, handshake_verify, (void *)library);
    return context;
}

void context_arm_late(const struct library *library, SSL_CTX *ctx, const void *caller)
{
    if (ctx == NULL || !library->known || context_of(library, ctx) != NULL)
        return;
    info_callback app_info = library->api.SSL_CTX_get_info_callback(ctx);
    struct context *context = context_new(library, ctx, caller);
    if (context == NULL)
        return;
    context->app_info = app_info == library->info ? NULL : app_info;
    context->psk_session_is_unseen = true;
    library->api.SSL_CTX_set_info_callback(ctx, library->info);
}
